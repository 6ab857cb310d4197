import { beforeEach, describe, expect, it } from "vitest";
import { findCharge, graphOn, startLedgerGraph } from "../support/graph-on-ledger.ts";
import { aKey } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { documentOf, paidMutations, pay } from "../support/paid-mutations.ts";

const [refresh, reverify, request] = paidMutations;
const dayMs = 24 * 60 * 60 * 1000;

describeOnEachDatabase("what is refused before the claim", (kind) => {
  let laterMs = 0;
  const graph = graphOn(kind, {}, () => Date.now() + laterMs);

  it.each([
    [refresh, { companyId: "06510" }, "CompanyNotFound"],
    [request, { subjectConsent: false }, "ConsentRequired"],
    [reverify, { verificationId: "no id at all" }, "VerificationNotFound"],
    [reverify, { verificationId: "vr_nobody" }, "VerificationNotFound"],
    [reverify, { verificationId: "vr_sandbox_pending_approval" }, "ReverificationNotAllowed"],
    [reverify, { verificationId: "vr_sandbox_completed_long_ago" }, "ReverificationNotAllowed"],
    [reverify, { reportId: "rep_of_another" }, "ReverificationNotAllowed"],
    [reverify, { verificationId: "vr_sandbox_read_500" }, "ProviderUnavailable"],
  ] as const)("leaves no row, and the key as it was: $field %o", async (mutation, wrong, problem) => {
    const idempotencyKey = aKey();

    const refused = await pay(graph(), mutation, { ...mutation.input, ...wrong, idempotencyKey });

    expect(refused.__typename).toBe(problem);
    expect(await findCharge(graph(), idempotencyKey, mutation.operation)).toBeNull();
    expect(graph().paidCalls()).toBe(0);
    expect(await pay(graph(), mutation, { ...mutation.input, idempotencyKey })).toMatchObject({ replayed: false });
  });

  it.each([
    [reverify, { reportId: "" }],
    [reverify, { reportId: "r".repeat(256) }],
    [reverify, { reportId: "rep\u0000" }],
    [reverify, { reportId: "rep\ud800" }],
    [request, { companyNumber: "" }],
    [request, { companyNumber: "   " }],
    [request, { companyNumber: "9".repeat(65) }],
    [request, { companyNumber: "990000\n10" }],
    [request, { companyNumber: "９９０００" }],
    [request, { companyNumber: "9900\u00000" }],
    [request, { metadata: { diligenceCharge: "mine" } }],
    [request, { metadata: ["a list"] }],
    [request, { metadata: { a: "\u0000" } }],
    [request, { metadata: { a: ["\ud800"] } }],
    [request, { metadata: { "\udfff": 1 } }],
    [request, { metadata: { a: { "b\u0000": 1 } } }],
  ] as const)("leaves no row where the form is wrong: $field %o", async (mutation, wrong) => {
    const idempotencyKey = aKey();

    const { data, errors } = await graph().ask(documentOf(mutation), {
      input: { ...mutation.input, ...wrong, idempotencyKey },
    });

    expect(data?.paid ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    expect(await findCharge(graph(), idempotencyKey, mutation.operation)).toBeNull();
    expect(graph().paidCalls()).toBe(0);
  });

  describe("metadata that has more than one spelling", () => {
    const literal = (metadata: string, key: string) => `mutation {
      paid: requestBusinessCreditReport(input: {
        companyNumber: "99000010", subjectConsent: true, idempotencyKey: "${key}", metadata: ${metadata}
      }) { __typename }
    }`;

    it.each([
      ["NUL", '{ a: "\\u0000" }', "BAD_USER_INPUT"],
      ["__proto__", "{ __proto__: { a: 1 } }", "GRAPHQL_VALIDATION_FAILED"],
      ["__proto__ further down", "{ a: [{ __proto__: 1 }] }", "GRAPHQL_VALIDATION_FAILED"],
      ["half a character", '{ a: "\\ud800" }', "GRAPHQL_PARSE_FAILED"],
    ])("as a literal with %s is refused", async (_, metadata, code) => {
      const key = aKey();

      const { data, errors } = await graph().ask(literal(metadata, key));

      expect(data?.paid ?? null).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code } }]);
      expect([graph().paidCalls(), await findCharge(graph(), key, request.operation)]).toEqual([0, null]);
    });

    it.each([
      ["__proto__", '{"__proto__":{"a":1}}'],
      ["__proto__ further down", '{"a":[{"__proto__":1}]}'],
    ])("as a variable with %s is refused", async (_, metadata) => {
      const key = aKey();
      const input = JSON.stringify({ ...request.input, idempotencyKey: key }).replace(/}$/, `,"metadata":${metadata}}`);

      const response = await graph().server.inject({
        method: "POST",
        url: "/graphql",
        headers: { "content-type": "application/json" },
        payload: `{"query":${JSON.stringify(documentOf(request))},"variables":{"input":${input}}}`,
      });

      expect(response.json().data?.paid ?? null).toBeNull();
      expect([response.statusCode, response.json().errors[0].extensions.code]).toEqual([200, "BAD_USER_INPUT"]);
      expect([graph().paidCalls(), await findCharge(graph(), key, request.operation)]).toEqual([0, null]);
    });

    it.each([
      ["a number beyond all numbers, as a literal", (key: string) => [literal("{ a: 1e400 }", key)]],
      ["too many levels", (key: string) => [literal(`${"{ a: ".repeat(5_000)}1${" }".repeat(5_000)}`, key)]],
    ] as [string, (key: string) => [string]][])("with %s is refused", async (_, write) => {
      const key = aKey();

      const { data, errors } = await graph().ask(...write(key));

      expect(data?.paid ?? null).toBeNull();
      expect(errors).toHaveLength(1);
      expect([graph().paidCalls(), await findCharge(graph(), key, request.operation)]).toEqual([0, null]);
    });

    it("as names that only look special is sent as it is", async () => {
      const metadata = { constructor: "x", prototype: { toString: 1 }, hasOwnProperty: null, "": 0 };

      await pay(graph(), request, { ...request.input, metadata, idempotencyKey: aKey() });

      expect(graph().charges()[0]?.metadata).toMatchObject(metadata);
    });
  });

  describe.each(paidMutations)("does not touch a key that is known, at $field", (mutation) => {
    const bought = async () => {
      const input = { ...mutation.input, idempotencyKey: aKey() };
      const first = await pay(graph(), mutation, input);
      return { first, replay: () => graph().ask(documentOf(mutation), { input }) };
    };

    it("which is a replay on day 91", async () => {
      const { first, replay } = await bought();

      laterMs = 91 * dayMs;
      const { data } = await replay();
      laterMs = 0;

      expect(data?.paid).toEqual({ ...first, replayed: true });
      expect(graph().paidCalls()).toBe(1);
    });

    it.each([
      ["is down", "reset", "PROVIDER_UNAVAILABLE"],
      ["has it no more", "not-found", "PROVIDER_MALFORMED"],
    ] as const)("which is a replay when the provider %s, with an error beside it", async (_, fault, code) => {
      const { first, replay } = await bought();

      graph().sandbox[mutation.provider].behave({ fault });
      const { data, errors } = await replay();

      expect(data?.paid).toEqual({ ...first, [mutation.entity]: null, replayed: true });
      expect(errors).toMatchObject([{ path: ["paid", mutation.entity], extensions: { code } }]);
      expect(graph().paidCalls()).toBe(1);
    });
  });

  it("does not touch a key whose verification may no longer be reverified", async () => {
    const input = { ...reverify.input, idempotencyKey: aKey() };
    graph().sandbox.truework.behave({ fault: "server-error", on: "paid" });
    await pay(graph(), reverify, input);
    graph().sandbox.truework.behave({ fault: "not-found" });

    expect(await pay(graph(), reverify, input)).toMatchObject({ __typename: "ChargeOutcomeUnknown" });
    expect(await pay(graph(), reverify, { ...input, mode: "SYNC" })).toMatchObject({
      __typename: "IdempotencyKeyReused",
    });
  });
});

describeOnEachDatabase("DAILY_CHARGE_LIMIT", (kind) => {
  // The day is the database's, and must not change in the middle of a test.
  beforeEach(async () => {
    const leftMs = dayMs - (Date.now() % dayMs);
    if (leftMs < 40_000) await new Promise((tomorrow) => setTimeout(tomorrow, leftMs + 1_000));
  });

  describe("of 5, at 20 at once", () => {
    const graph = graphOn(kind, { DAILY_CHARGE_LIMIT: "5" });

    it("lets five through, and tells the others when the next day begins in UTC; known keys are answered all the same", async () => {
      const inputs = Array.from({ length: 20 }, () => ({ ...refresh.input, idempotencyKey: aKey() }));

      const answers = await Promise.all(inputs.map((input) => pay(graph(), refresh, input)));

      const limited = answers.filter(({ __typename }) => __typename === "SpendingLimitReached");
      expect(limited).toHaveLength(15);
      expect(graph().charges()).toHaveLength(5);
      const tomorrow = new Date(Math.floor(Date.now() / dayMs + 1) * dayMs).toISOString();
      expect(new Set(limited.map(({ resetsAt }) => resetsAt))).toEqual(new Set([tomorrow]));

      const again = await Promise.all(inputs.map((input) => pay(graph(), refresh, input)));
      expect(again.filter(({ replayed }) => replayed)).toHaveLength(5);
      expect(graph().paidCalls()).toBe(5);

      const index = answers.findIndex(({ __typename }) => __typename === "SpendingLimitReached");
      const key = inputs[index]?.idempotencyKey ?? "";
      expect(await findCharge(graph(), key, refresh.operation)).toBeNull();
    });
  });

  describe("of 3", () => {
    const graph = graphOn(kind, { DAILY_CHARGE_LIMIT: "3" });

    it("counts claims whatever became of them, over all mutations, and a freed key's again", async () => {
      const input = { ...refresh.input, idempotencyKey: aKey() };
      graph().sandbox.credas.behave({ fault: "insufficient-funds", on: "paid", times: 1 });
      await pay(graph(), refresh, input);
      await pay(graph(), refresh, input);
      graph().sandbox.youverify.behave({ fault: "server-error", on: "paid", times: 1 });
      await pay(graph(), request, { ...request.input, idempotencyKey: aKey() });

      const fourth = await pay(graph(), reverify, { ...reverify.input, idempotencyKey: aKey() });

      expect(fourth).toMatchObject({
        __typename: "SpendingLimitReached",
        message: expect.stringMatching(/Nothing was charged/),
      });
      expect(graph().paidCalls()).toBe(3);
      expect(await pay(graph(), refresh, input)).toMatchObject({ replayed: true });
    });
  });

  describe("of 2", () => {
    const graph = graphOn(kind, { DAILY_CHARGE_LIMIT: "2" });

    it("does not count what is refused, replayed or reused", async () => {
      const input = { ...reverify.input, idempotencyKey: aKey() };
      await pay(graph(), reverify, { ...input, verificationId: "vr_nobody" });
      await pay(graph(), reverify, input);
      await pay(graph(), reverify, input);
      await pay(graph(), reverify, { ...input, mode: "SYNC" });

      expect(await pay(graph(), reverify, { ...input, idempotencyKey: aKey() })).toMatchObject({ replayed: false });
      expect(await pay(graph(), reverify, { ...input, idempotencyKey: aKey() })).toMatchObject({
        __typename: "SpendingLimitReached",
      });
    });
  });
});

describeOnEachDatabase("PAID_CALLS=off", (kind) => {
  it("refuses what is new before the claim, and answers what is known", async () => {
    const database = await kind.create();
    const [bought, lost, freed] = [aKey(), aKey(), aKey()];
    const before = await startLedgerGraph(database.url);
    await pay(before, refresh, { ...refresh.input, idempotencyKey: bought });
    before.sandbox.credas.behave({ fault: "server-error", on: "paid", times: 1 });
    await pay(before, refresh, { ...refresh.input, idempotencyKey: lost });
    before.sandbox.credas.behave({ fault: "insufficient-funds", on: "paid", times: 1 });
    await pay(before, refresh, { ...refresh.input, idempotencyKey: freed });
    await before.close();

    const off = await startLedgerGraph(database.url, { PAID_CALLS: "off" });
    const ask = (idempotencyKey: string) => pay(off, refresh, { ...refresh.input, idempotencyKey });
    const answers = [await ask(bought), await ask(lost), await ask(freed), await ask("new-one")];
    const onRecord = await findCharge(off, "new-one", refresh.operation);
    const sent = off.paidCalls();
    await off.close();
    await database.drop();

    expect(answers).toMatchObject([
      { replayed: true, company: { id: "6510" } },
      { __typename: "ChargeOutcomeUnknown" },
      { __typename: "ProviderUnavailable" },
      { __typename: "ProviderUnavailable" },
    ]);
    expect([onRecord, sent]).toEqual([null, 0]);
  });
});
