import { describe, expect, it, vi } from "vitest";
import { findCharge, graphOn, type LedgerGraph } from "../support/graph-on-ledger.ts";
import {
  aKey,
  anAsker,
  aSpending,
  charged,
  chargeOf,
  HeldProvider,
  ledgerOn,
  refused,
  unknown,
} from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { documentOf, paidMutations, pay, payUntilBegun } from "../support/paid-mutations.ts";
import { held } from "../support/spoiled-store.ts";
import { until } from "../support/until.ts";

describeOnEachDatabase("a client that hangs up in mid-call", (kind) => {
  const graph = graphOn(kind);

  it.each(paidMutations)("has paid, it is on record, and asking later is a replay: $field", async (mutation) => {
    const { url, close } = await listening(graph());
    const input = { ...mutation.input, idempotencyKey: aKey() };
    graph().sandbox[mutation.provider].behave({ hold: true, on: "paid" });
    const hangUp = new AbortController();

    const request = fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: documentOf(mutation), variables: { input } }),
      signal: hangUp.signal,
    });
    const lost = expect(request).rejects.toThrow();
    await until(() => graph().paidCalls() === 1);
    hangUp.abort();
    await lost;
    graph().sandbox[mutation.provider].behave(null);
    await until(async () => (await findCharge(graph(), input.idempotencyKey, mutation.operation))?.state === "CHARGED");

    expect(await pay(graph(), mutation, input)).toMatchObject({ replayed: true, charge: { state: "CHARGED" } });
    expect([graph().paidCalls(), graph().charges().length]).toEqual([1, 1]);
    close();
  });
});

describeOnEachDatabase("a slow provider", (kind) => {
  describe("slower than the client waits", () => {
    const graph = graphOn(kind, { PAID_CALL_TIMEOUT_MS: "500" });

    it.each(paidMutations)("is ChargeInProgress at the bound, and a replay later: $field", async (mutation) => {
      const input = { ...mutation.input, idempotencyKey: aKey() };
      graph().sandbox[mutation.provider].behave({ hold: true, on: "paid" });

      const first = await payUntilBegun(graph(), mutation, input);
      const second = await pay(graph(), mutation, input);
      graph().sandbox[mutation.provider].behave(null);
      await until(
        async () => (await findCharge(graph(), input.idempotencyKey, mutation.operation))?.state === "CHARGED",
      );
      const third = await pay(graph(), mutation, input);

      expect([first, second]).toMatchObject([
        { __typename: "ChargeInProgress", charge: { state: "IN_PROGRESS", settledAt: null } },
        { __typename: "ChargeInProgress", charge: { id: first.charge.id } },
      ]);
      expect(third).toMatchObject({ replayed: true, charge: { id: first.charge.id, state: "CHARGED" } });
      expect([graph().paidCalls(), graph().charges().length]).toEqual([1, 1]);
    });
  });

  describe("slower than its call is waited for", () => {
    // An answer is listened for five times as long as that: long enough for a slow machine to let it go in time.
    const graph = graphOn(kind, { PAID_CALL_TIMEOUT_MS: "500", PAID_CALL_ABANDON_MS: "2500" });

    it.each(paidMutations)(
      "is UNKNOWN past the abandon time, and its late answer still settles: $field",
      async (mutation) => {
        const input = { ...mutation.input, idempotencyKey: aKey() };
        graph().sandbox[mutation.provider].behave({ hold: true, on: "paid" });
        const find = () => findCharge(graph(), input.idempotencyKey, mutation.operation);

        // Where a slow machine had no time left, or was held up before it sent anything, the key is free.
        await until(async () => {
          await pay(graph(), mutation, input);
          return graph().paidCalls() === 1;
        });
        await until(async () => (await find())?.state === "UNKNOWN");
        const meanwhile = await pay(graph(), mutation, input);
        graph().sandbox[mutation.provider].behave(null);
        await until(async () => (await find())?.state === "CHARGED");
        const later = await pay(graph(), mutation, input);

        expect(meanwhile).toMatchObject({ __typename: "ChargeOutcomeUnknown", charge: { state: "UNKNOWN" } });
        expect(later).toMatchObject({ replayed: true, charge: { id: meanwhile.charge.id, settledBy: null } });
        expect([graph().paidCalls(), graph().charges().length]).toEqual([1, 1]);
      },
    );
  });

  describe("at the ledger", () => {
    it("whose call ends in an error of ours is UNKNOWN, for it may have been sent", async () => {
      const { test, close } = await ledgerOn(kind);
      let sent = 0;
      const spending = aSpending({
        send: async () => {
          sent += 1;
          throw new Error("out of memory");
        },
      });

      const [first, second] = [
        await test.ledger.spend(spending, anAsker()),
        await test.ledger.spend(spending, anAsker()),
      ];

      expect([first.kind, second.kind, sent]).toEqual(["outcome-unknown", "outcome-unknown", 1]);
      expect(test.logged()).toMatch(/"level":50.*out of memory/);
      await close();
    });

    it("that says late that nothing was charged does not free the key", async () => {
      const { test, close } = await ledgerOn(kind, { abandonsSoon: true });
      const provider = new HeldProvider();
      const spending = aSpending({ send: provider.send });

      const lost = await test.ledger.spend(spending, anAsker());
      provider.answer(refused);
      await until(async () => (await test.store.findById(chargeOf(lost).id))?.state === "NOT_CHARGED");
      const again = await test.restarted().spend(spending, anAsker());

      expect(lost).toMatchObject({ kind: "outcome-unknown", charge: { state: "UNKNOWN" } });
      expect(again).toMatchObject({ kind: "outcome-unknown", charge: { state: "NOT_CHARGED", freed: false } });
      expect(provider.sent).toHaveLength(1);
      await close();
    });

    it("whose late answer tells nothing leaves it UNKNOWN", async () => {
      const { test, close } = await ledgerOn(kind, { abandonsSoon: true });
      const provider = new HeldProvider();
      const spending = aSpending({ send: provider.send });

      const { id } = chargeOf(await test.ledger.spend(spending, anAsker()));
      const record = vi.spyOn(test.store, "recordAnswer");
      provider.answer(unknown);
      // Whatever it did with the answer, it would have begun by now.
      for (let turn = 0; turn < 5; turn++) await new Promise((next) => setImmediate(next));

      expect(record).not.toHaveBeenCalled();
      expect(await test.store.findById(id)).toMatchObject({ state: "UNKNOWN" });
      await close();
    });

    it.each(["OPERATOR", "EVIDENCE"] as const)(
      "whose late answer comes overrules %s, with an error in the log",
      async (by) => {
        const { test, close } = await ledgerOn(kind, { abandonsSoon: true });
        const provider = new HeldProvider();
        const spending = aSpending({ operation: "REVERIFY_VERIFICATION", provider: "TRUEWORK", send: provider.send });
        const { id } = chargeOf(await test.ledger.spend(spending, { ...anAsker(), log: test.log }));
        const verdict = { by, state: "NOT_CHARGED", settledBy: "somebody", note: "because" } as const;
        expect(await test.store.recordVerdict(id, verdict)).toMatchObject({ settled: true });

        provider.answer({ state: "CHARGED", status: 200, body: { id: "vr_late" } });
        await until(async () => (await test.store.findById(id))?.state === "CHARGED");

        expect(await test.store.findById(id)).toMatchObject({
          verdictBy: "ANSWER",
          resultId: "vr_late",
          settledBy: null,
          settlementNote: null,
        });
        expect((await test.attemptsOf(id)).map(({ happened, state }) => `${happened} ${state}`)).toEqual([
          "CLAIMED IN_PROGRESS",
          "ANSWER UNKNOWN",
          `${by} NOT_CHARGED`,
          "ANSWER CHARGED",
        ]);
        await until(() => /"level":50.*overrules a verdict/.test(test.logged()));
        await close();
      },
    );

    it("is waited for by each asker within their own bound", async () => {
      const { test, close } = await ledgerOn(kind);
      const provider = new HeldProvider();
      const spending = aSpending({ send: provider.send });
      const patient = test.ledger.spend(spending, anAsker());
      await provider.called();

      const impatient = await test.ledger.spend(spending, anAsker(20));
      provider.answer(charged);

      expect(impatient).toMatchObject({ kind: "in-progress", charge: { state: "IN_PROGRESS" } });
      expect(await patient).toMatchObject({ kind: "charged", replayed: false });
      expect(provider.sent).toHaveLength(1);
      await close();
    });

    it("is not begun where no time is left, and leaves no row", async () => {
      const { test, close } = await ledgerOn(kind);
      const spending = aSpending();

      expect(await test.ledger.spend(spending, anAsker(-1))).toEqual({ kind: "not-begun" });
      expect(await test.countRows()).toBe(0);
      await close();
    });

    it("is not begun where the free read took all the time, and leaves no row", async () => {
      const { test, close } = await ledgerOn(kind);
      const provider = new HeldProvider();
      const { promise: read, resolve } = Promise.withResolvers<null>();
      const spending = aSpending({ send: provider.send, findRefusal: () => read });

      const asker = anAsker(20);
      const spent = await test.ledger.spend(spending, asker);
      // A timer may be a moment ahead of the clock.
      await until(() => Date.now() >= asker.paidFieldsUntilMs);
      resolve(null);
      await test.ledger.drain(1_000);

      expect([spent, provider.sent, await test.countRows()]).toEqual([{ kind: "not-begun" }, [], 0]);
      await close();
    });

    it("is not begun any more for anybody, once one asker has been told that it was not", async () => {
      const { test, close } = await ledgerOn(kind);
      const provider = new HeldProvider();
      const { promise: read, resolve } = Promise.withResolvers<null>();
      const { promise: reading, resolve: begun } = Promise.withResolvers<void>();
      const findRefusal = () => {
        begun();
        return read;
      };
      const spending = aSpending({ send: provider.send, findRefusal });

      const patient = test.ledger.spend(spending, anAsker());
      await reading;
      const impatient = await test.ledger.spend(spending, anAsker(20));
      resolve(null);

      expect([impatient, await patient]).toEqual([{ kind: "not-begun" }, { kind: "not-begun" }]);
      expect([provider.sent, await test.countRows()]).toEqual([[], 0]);
      await close();
    });

    it("is not said to be not begun while its claim is being written", async () => {
      const { test, close } = await ledgerOn(kind);
      const provider = new HeldProvider();
      const spending = aSpending({ send: provider.send });
      const { spoiling, letGo } = held();
      const claim = test.store.claim.bind(test.store);
      const { promise: claiming, resolve: begun } = Promise.withResolvers<void>();
      // A database that is slower than the client waits.
      test.store.claim = async (...given) => {
        begun();
        return spoiling(() => claim(...given)) as ReturnType<typeof claim>;
      };

      const patient = test.ledger.spend(spending, anAsker());
      await claiming;
      const impatient = test.ledger.spend(spending, anAsker(20));
      setTimeout(letGo, 60);

      expect(await impatient).toMatchObject({ kind: "in-progress" });
      await provider.called();
      provider.answer(charged);
      expect(await patient).toMatchObject({ kind: "charged" });
      await close();
    });

    it("whose key is known is answered from the ledger, however little time is left", async () => {
      const { test, close } = await ledgerOn(kind);
      const spending = aSpending();
      await test.ledger.spend(spending, anAsker());
      const find = test.store.find.bind(test.store);
      test.store.find = async (name) => {
        await new Promise((later) => setTimeout(later, 50));
        return find(name);
      };

      expect(await test.ledger.spend(spending, anAsker(-1))).toMatchObject({ kind: "charged", replayed: true });
      await close();
    });
  });
});

async function listening({ server }: LedgerGraph): Promise<{ url: string; close(): void }> {
  if (!server.server.listening) await server.listen({ host: "127.0.0.1", port: 0 });
  const address = server.server.address();
  if (typeof address !== "object" || !address) throw new Error("Expected an address, got none");
  return { url: `http://127.0.0.1:${address.port}/graphql`, close: () => server.server.closeIdleConnections() };
}
