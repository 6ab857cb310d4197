import { afterAll, describe, expect, it } from "vitest";
import { graphOn } from "../support/graph-on-ledger.ts";
import { aKey } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { paidMutations, pay } from "../support/paid-mutations.ts";
import { until } from "../support/until.ts";

describeOnEachDatabase("one key", (kind) => {
  const graph = graphOn(kind);

  describe.each(paidMutations)("ten at once in one process, at $field", (mutation) => {
    it("is one call, and the nine others are replays of it", async () => {
      const input = { ...mutation.input, idempotencyKey: aKey() };
      graph().sandbox[mutation.provider].behave({ delayMs: 50, on: "paid" });

      const answers = await Promise.all(Array.from({ length: 10 }, () => pay(graph(), mutation, input)));

      const [first] = answers;
      expect(answers.map(({ replayed }) => replayed).toSorted()).toEqual([false, ...Array(9).fill(true)]);
      expect(new Set(answers.map(({ charge }) => charge.id)).size).toBe(1);
      expect(answers.every((answer) => answer[mutation.entity].id === first[mutation.entity].id)).toBe(true);
      expect([graph().paidCalls(), graph().charges().length]).toEqual([1, 1]);
    });

    it("is one call where nobody can tell what became of it, and all ten hear so", async () => {
      const input = { ...mutation.input, idempotencyKey: aKey() };
      graph().sandbox[mutation.provider].behave({ fault: "reset", on: "paid" });

      const answers = await Promise.all(Array.from({ length: 10 }, () => pay(graph(), mutation, input)));

      expect(new Set(answers.map(({ __typename, charge }) => `${__typename} ${charge.state} ${charge.id}`)).size).toBe(
        1,
      );
      expect(answers[0]).toMatchObject({ __typename: "ChargeOutcomeUnknown", charge: { state: "UNKNOWN" } });
      expect(graph().paidCalls()).toBe(1);
    });

    it("is one call at a time where it is refused, and all ten hear why", async () => {
      const input = { ...mutation.input, idempotencyKey: aKey() };
      graph().sandbox[mutation.provider].behave({ fault: "insufficient-funds", on: "paid", delayMs: 50 });

      const answers = await Promise.all(Array.from({ length: 10 }, () => pay(graph(), mutation, input)));

      expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(new Set(["InsufficientFunds"]));
      // Whoever comes after the refusal is on record has a free key, and may send it again.
      expect(graph().sandbox[mutation.provider].mostCallsAtOnce()).toBe(1);
      expect(graph().charges()).toEqual([]);
    });
  });

  describe("a mutation sent again and again", () => {
    // Hive Gateway with three retries on a 503, and Apollo Client's RetryLink on a 504.
    it.each([
      ["four times by a gateway", 4],
      ["five times by a client", 5],
    ])("%s, one after the other, is one charge", async (_, times) => {
      for (const mutation of paidMutations) {
        const input = { ...mutation.input, idempotencyKey: aKey() };
        const answers = [];
        for (let i = 0; i < times; i++) answers.push(await pay(graph(), mutation, input));
        expect(answers.map(({ replayed }) => replayed)).toEqual([false, ...Array(times - 1).fill(true)]);
      }
      expect([graph().paidCalls(), graph().charges().length]).toEqual([3, 3]);
    });

    it.each([4, 5])("%i times, each after the provider's answer was lost, is one charge", async (times) => {
      for (const mutation of paidMutations) {
        const input = { ...mutation.input, idempotencyKey: aKey() };
        graph().sandbox[mutation.provider].behave({ fault: "reset", on: "paid" });
        const answers = [];
        for (let i = 0; i < times; i++) answers.push(await pay(graph(), mutation, input));
        expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(new Set(["ChargeOutcomeUnknown"]));
      }
      expect([graph().paidCalls(), graph().charges().length]).toEqual([3, 3]);
    });

    it.each([4, 5])("%i times over HTTP, each before the former was answered, is one charge", async (times) => {
      const [refresh] = paidMutations;
      const url = await listening(graph().server);
      const body = JSON.stringify({
        query: `mutation { paid: refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "${aKey()}" }) { ... on PaidSuccess { replayed } } }`,
      });
      graph().sandbox[refresh.provider].behave({ hold: true, on: "paid" });
      const hangUp = new AbortController();
      const send = (signal: AbortSignal | null) =>
        fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body, signal });

      // All but the last hang up before they are answered.
      const lost = Promise.allSettled(Array.from({ length: times - 1 }, () => send(hangUp.signal)));
      await until(() => graph().paidCalls() === 1);
      hangUp.abort();
      await lost;
      const asked = send(null);
      graph().sandbox[refresh.provider].behave(null);
      const last = await asked;

      expect((await lost).map(({ status }) => status)).toEqual(Array(times - 1).fill("rejected"));
      expect(await last.json()).toEqual({ data: { paid: { replayed: true } } });
      expect([graph().paidCalls(), graph().charges().length]).toEqual([1, 1]);
    });
  });

  let address: string | undefined;
  const listening = async (server: ReturnType<typeof graph>["server"]) => {
    address ??= await server.listen({ host: "127.0.0.1", port: 0 });
    return `${address}/graphql`;
  };
  afterAll(() => {
    address = undefined;
  });
});
