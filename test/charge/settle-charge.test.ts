import { describe, expect, it } from "vitest";
import type { Json } from "../support/graph-answer.ts";
import { findCharge, graphOn, type LedgerGraph } from "../support/graph-on-ledger.ts";
import { aKey, anAsker, aSpending, charged, chargeOf, ledgerOn, unknown } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { type PaidMutation, paidMutations, pay, wholeCharge } from "../support/paid-mutations.ts";
import { until } from "../support/until.ts";

const [refresh, reverify, request] = paidMutations;

describeOnEachDatabase("what could not be told", (kind) => {
  const graph = graphOn(kind);

  const settle = async (input: Json) =>
    graph().ask(
      `mutation S($input: SettleProviderChargeInput!) {
         settled: settleProviderCharge(input: $input) {
           __typename
           ... on SettleProviderChargeSuccess { charge { ...Whole } }
           ... on Problem { message }
           ... on ChargeProblem { charge { ...Whole } }
         }
       } ${wholeCharge}`,
      { input: { note: "asked them", ...input } },
    );

  /** A charge of which nobody knows what became, and how to ask for it again. */
  const lose = async (mutation: PaidMutation, on: LedgerGraph = graph()) => {
    const input = { ...mutation.input, idempotencyKey: aKey() };
    on.sandbox[mutation.provider].behave({ fault: "server-error", on: "paid", times: 1 });
    const { charge } = await pay(on, mutation, input);
    return { charge, bought: on.charges().at(-1) as Json, again: () => pay(on, mutation, input) };
  };

  describe.each(paidMutations)("at $field", (mutation) => {
    it("settled as NOT_CHARGED sends nothing under its key, however often it is asked", async () => {
      const { charge, again } = await lose(mutation);

      const { data } = await settle({ chargeId: charge.id, outcome: "NOT_CHARGED", note: "ticket 4711" });
      const answers = [await again(), await again()];

      expect(data.settled).toEqual({
        __typename: "SettleProviderChargeSuccess",
        charge: {
          ...charge,
          state: "NOT_CHARGED",
          settledAt: expect.any(String),
          settledBy: "local-developer",
          settlementNote: "ticket 4711",
        },
      });
      for (const answer of answers) {
        expect(answer).toMatchObject({ __typename: "ChargeOutcomeUnknown", charge: data.settled.charge });
      }
      expect(graph().paidCalls()).toBe(1);
    });

    it("settled as CHARGED with what was bought sends nothing under its key", async () => {
      const { charge, bought, again } = await lose(mutation);

      const { data } = await settle({ chargeId: charge.id, outcome: "CHARGED", resultId: bought.reference });

      expect(data.settled).toMatchObject({ charge: { state: "CHARGED", resultId: bought.reference } });
      expect(await again()).toMatchObject({
        __typename: "ChargeOutcomeUnknown",
        charge: { state: "CHARGED", resultId: bought.reference, settledBy: "local-developer" },
      });
      expect(graph().paidCalls()).toBe(1);
    });
  });

  it("may be settled again, the same or the other way; each verdict stays, and what is known is kept", async () => {
    const { charge, bought } = await lose(reverify);
    const verdicts = [
      { outcome: "CHARGED", resultId: bought.reference, note: "first" },
      { outcome: "CHARGED", note: "second" },
      { outcome: "NOT_CHARGED", note: "third" },
      { outcome: "NOT_CHARGED", note: "fourth" },
    ];

    const told = [];
    for (const verdict of verdicts) told.push((await settle({ chargeId: charge.id, ...verdict })).data.settled.charge);

    expect(told.map(({ state, resultId, settlementNote }) => [state, resultId, settlementNote])).toEqual([
      ["CHARGED", bought.reference, "first"],
      ["CHARGED", bought.reference, "second"],
      ["NOT_CHARGED", null, "third"],
      ["NOT_CHARGED", null, "fourth"],
    ]);
  });

  it("may not be settled where the provider answered itself, whatever the verdict", async () => {
    const input = { ...refresh.input, idempotencyKey: aKey() };
    const { charge } = await pay(graph(), refresh, input);
    graph().sandbox.credas.behave({ fault: "insufficient-funds", on: "paid", times: 1 });
    const refusedKey = aKey();
    await pay(graph(), refresh, { ...input, idempotencyKey: refusedKey });
    const refused = await findCharge(graph(), refusedKey, refresh.operation);

    for (const answered of [charge, refused]) {
      for (const outcome of ["CHARGED", "NOT_CHARGED"]) {
        const { data } = await settle({ chargeId: answered.id, outcome });
        expect(data.settled).toMatchObject({ __typename: "ChargeAlreadySettled", charge: answered });
      }
    }
    expect(await pay(graph(), refresh, input)).toMatchObject({ replayed: true });
  });

  it("may not be settled while it is in progress", async () => {
    const idempotencyKey = aKey();
    const find = () => findCharge(graph(), idempotencyKey, refresh.operation);
    graph().sandbox.credas.behave({ hold: true, on: "paid" });
    const asked = pay(graph(), refresh, { ...refresh.input, idempotencyKey });
    await until(async () => (await find())?.state === "IN_PROGRESS");

    const charge = await find();
    const { data } = await settle({ chargeId: charge?.id, outcome: "NOT_CHARGED" });
    graph().sandbox.credas.behave(null);

    expect(data.settled).toMatchObject({ __typename: "ChargeInProgress", charge });
    expect(await asked).toMatchObject({ replayed: false, charge: { state: "CHARGED" } });
  });

  it.each(["00000000-0000-4000-8000-000000000000", "no id", "", "x\u0000y"])(
    "is not found under an id that nothing has: %o",
    async (chargeId) => {
      const { data, errors } = await settle({ chargeId, outcome: "CHARGED" });

      expect(errors).toBeUndefined();
      expect(data.settled).toEqual({ __typename: "ProviderChargeNotFound", message: expect.any(String) });
    },
  );

  it.each([
    ["an empty note", { note: "" }],
    ["a note of 1001 characters", { note: "n".repeat(1001) }],
    ["a note with a NUL", { note: "a\u0000b" }],
    ["a note with half a character", { note: "a\ud800b" }],
    ["an empty resultId", { resultId: "" }],
    ["a resultId of 256 characters", { resultId: "r".repeat(256) }],
    ["a resultId with a NUL", { resultId: "r\u0000" }],
    ["a resultId where nothing was bought", { outcome: "NOT_CHARGED", resultId: "6510" }],
    ["UNKNOWN for an outcome", { outcome: "UNKNOWN" }],
    ["no note", { note: undefined }],
  ])("is not settled with %s", async (_, wrong) => {
    const { charge } = await lose(refresh);

    const { data, errors } = await settle({ chargeId: charge.id, outcome: "CHARGED", ...wrong });

    expect(data?.settled ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    expect(await findCharge(graph(), charge.idempotencyKey, refresh.operation)).toEqual(charge);
  });

  it("may be settled with a note of 1000 characters of any kind, which is on record and in no log", async () => {
    const { charge } = await lose(refresh);
    const note = `s3cr3t ' " \\ \n 😀 ${"n".repeat(1000)}`.slice(0, 1000);

    const { data } = await settle({ chargeId: charge.id, outcome: "CHARGED", note });

    expect(data.settled.charge.settlementNote).toBe(note);
    expect(graph().logged()).not.toContain("s3cr3t");
  });

  it("can't have bought what another charge has", async () => {
    const { bought, charge } = await lose(reverify);
    const other = await lose(reverify);
    await settle({ chargeId: charge.id, outcome: "CHARGED", resultId: bought.reference });
    const { charge: answered } = await pay(graph(), reverify, { ...reverify.input, idempotencyKey: aKey() });

    for (const resultId of [bought.reference, answered.resultId]) {
      const { errors } = await settle({ chargeId: other.charge.id, outcome: "CHARGED", resultId });
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
    expect(await findCharge(graph(), other.charge.idempotencyKey, reverify.operation)).toEqual(other.charge);
  });

  it("may have bought a company's report, whoever else bought one of it", async () => {
    const first = await lose(refresh);
    const second = await lose(refresh);

    for (const { charge } of [first, second]) {
      const { data } = await settle({ chargeId: charge.id, outcome: "CHARGED", resultId: "6510" });
      expect(data.settled.charge).toMatchObject({ state: "CHARGED", resultId: "6510" });
    }
  });

  describe("of a credit report", () => {
    it.each([
      ["is no id of one", "not-an-id"],
      ["nobody has", "f".repeat(24)],
      ["is a driver's licence's", "5a0db0510000000000000b01"],
    ])("can't have bought what %s", async (_, resultId) => {
      const { charge } = await lose(request);

      const { errors } = await settle({ chargeId: charge.id, outcome: "CHARGED", resultId });

      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
      expect(await findCharge(graph(), charge.idempotencyKey, request.operation)).toEqual(charge);
    });

    it("can't have bought a report that carries another charge's id", async () => {
      const [first, second] = [await lose(request), await lose(request)];

      const { errors } = await settle({
        chargeId: first.charge.id,
        outcome: "CHARGED",
        resultId: second.bought.reference,
      });

      expect(errors).toMatchObject([{ message: expect.stringMatching(/another charge/) }]);
    });

    it("may have bought one that tells nothing of a charge, checked by one free read", async () => {
      const { charge } = await lose(request);
      const before = graph().sandbox.youverify.calls().length;

      const { data } = await settle({
        chargeId: charge.id,
        outcome: "CHARGED",
        resultId: "5a0db0510000000000000a01",
      });

      expect(data.settled.charge).toMatchObject({ state: "CHARGED", resultId: "5a0db0510000000000000a01" });
      expect(graph().sandbox.youverify.calls().slice(before)).toMatchObject([{ method: "GET" }]);
    });

    it("is on record in one spelling, however the operator wrote it", async () => {
      const { charge, bought } = await lose(request);

      const { data } = await settle({
        chargeId: charge.id,
        outcome: "CHARGED",
        resultId: bought.reference.toUpperCase(),
      });

      expect(data.settled.charge).toMatchObject({ state: "CHARGED", resultId: bought.reference });
    });

    it("is not settled while the provider can't be read", async () => {
      const { charge, bought } = await lose(request);
      graph().sandbox.youverify.behave({ fault: "server-error", on: "reads" });

      const { data, errors } = await settle({ chargeId: charge.id, outcome: "CHARGED", resultId: bought.reference });

      expect(data.settled).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: "PROVIDER_UNAVAILABLE" } }]);
      expect(await findCharge(graph(), charge.idempotencyKey, request.operation)).toEqual(charge);
    });
  });

  it("sends nothing to a paid endpoint when it is settled", async () => {
    const lost = [];
    for (const mutation of paidMutations) lost.push(await lose(mutation));

    for (const { charge, bought } of lost) {
      await settle({ chargeId: charge.id, outcome: "CHARGED", resultId: bought.reference });
    }

    expect(graph().paidCalls()).toBe(3);
  });
});

describeOnEachDatabase("a verdict that is not the sender's", (kind) => {
  const evidence = { by: "EVIDENCE", state: "CHARGED", settledBy: "evidence", resultId: "vr_found" } as const;
  const operator = { by: "OPERATOR", state: "NOT_CHARGED", settledBy: "op", note: "asked" } as const;
  const aReverification = { operation: "REVERIFY_VERIFICATION", provider: "TRUEWORK" } as const;

  it("by evidence comes only while it is unknown; an operator's comes after it, and evidence not after that", async () => {
    const { test, close } = await ledgerOn(kind);
    const { id } = chargeOf(
      await test.ledger.spend(aSpending({ ...aReverification, send: async () => unknown }), anAsker()),
    );

    const outcomes = [];
    for (const verdict of [evidence, evidence, operator, evidence]) {
      const recorded = await test.store.recordVerdict(id, verdict);
      outcomes.push([recorded?.settled, recorded?.charge.state, recorded?.charge.verdictBy]);
    }

    expect(outcomes).toEqual([
      [true, "CHARGED", "EVIDENCE"],
      [false, "CHARGED", "EVIDENCE"],
      [true, "NOT_CHARGED", "OPERATOR"],
      [false, "NOT_CHARGED", "OPERATOR"],
    ]);
    expect((await test.attemptsOf(id)).map(({ happened, by }) => [happened, by])).toEqual([
      ["CLAIMED", "alice"],
      ["ANSWER", null],
      ["EVIDENCE", "evidence"],
      ["OPERATOR", "op"],
    ]);
    await close();
  });

  it("comes to nothing where the provider answered, or it is in progress", async () => {
    const { test, close } = await ledgerOn(kind);
    const answered = chargeOf(await test.ledger.spend(aSpending({ send: async () => charged }), anAsker()));
    const spending = aSpending();
    const claimed = await test.store.claim(
      { ...spending, id: crypto.randomUUID() },
      { leaseMs: 60_000, dailyLimit: undefined },
    );
    const { id } = claimed.kind === "claimed" ? claimed.charge : answered;

    for (const verdict of [evidence, operator]) {
      expect(await test.store.recordVerdict(answered.id, verdict)).toMatchObject({ settled: false });
      expect(await test.store.recordVerdict(id, verdict)).toMatchObject({ settled: false });
      expect(await test.store.recordVerdict(crypto.randomUUID(), verdict)).toBeNull();
    }
    expect((await test.store.findById(id))?.state).toBe("IN_PROGRESS");
    await test.expire(id);
    expect(await test.store.recordVerdict(id, operator)).toMatchObject({ settled: true });
    await close();
  });

  it("of ten operators at once are ten on record, and the last of them stands", async () => {
    const { test, close } = await ledgerOn(kind);
    const { id } = chargeOf(await test.ledger.spend(aSpending({ send: async () => unknown }), anAsker()));

    await Promise.all(
      Array.from({ length: 10 }, (_, i) => test.store.recordVerdict(id, { ...operator, settledBy: `op-${i}` })),
    );

    const attempts = await test.attemptsOf(id);
    expect(
      attempts
        .slice(2)
        .map(({ by }) => by)
        .toSorted(),
    ).toEqual(Array.from({ length: 10 }, (_, i) => `op-${i}`));
    expect((await test.store.findById(id))?.settledBy).toBe(attempts.at(-1)?.by);
    await close();
  });
});
