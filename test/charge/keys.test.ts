import { describe, expect, it } from "vitest";
import { findCharge, graphOn } from "../support/graph-on-ledger.ts";
import { aKey, anAsker, aSpending, chargeOf, ledgerOn } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { documentOf, paidMutations, pay } from "../support/paid-mutations.ts";
import { until } from "../support/until.ts";

const [refresh, reverify, request] = paidMutations;

describeOnEachDatabase("an idempotency key", (kind) => {
  const graph = graphOn(kind);

  describe.each(paidMutations)("a bad key, at $field", (mutation) => {
    it.each([
      ["is missing", undefined],
      ["is null", null],
      ["is empty", ""],
      ["has 256 characters", "k".repeat(256)],
      ["has a newline", "key\n"],
      ["begins with a newline", "\nkey"],
      ["has a blank", "a key"],
      ["has a letter beyond ASCII", "schlüssel"],
      ["has a control character", "key\u007f"],
    ])("that %s is refused before any call", async (_, idempotencyKey) => {
      const { data, errors } = await graph().ask(documentOf(mutation), {
        input: { ...mutation.input, idempotencyKey },
      });

      expect(data?.paid ?? null).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
      expect([graph().paidCalls(), graph().charges()]).toEqual([0, []]);
    });

    it.each(["!", "k".repeat(255), "~|{}[]\\^`'\"%"])("is none of these: %s", async (idempotencyKey) => {
      const paid = await pay(graph(), mutation, { ...mutation.input, idempotencyKey });

      expect(paid).toMatchObject({ replayed: false, charge: { idempotencyKey } });
    });
  });

  describe.each(paidMutations)("the same key and input twice, at $field", (mutation) => {
    it("is one call and the same charge, and the second is a replay", async () => {
      const input = { ...mutation.input, idempotencyKey: aKey() };

      const first = await pay(graph(), mutation, input);
      const second = await pay(graph(), mutation, input);

      expect(first).toMatchObject({
        replayed: false,
        charge: {
          operation: mutation.operation,
          provider: mutation.provider.toUpperCase(),
          state: "CHARGED",
          target: mutation.target,
          idempotencyKey: input.idempotencyKey,
          requestedBy: "local-developer",
          settledAt: expect.any(String),
          settledBy: null,
          settlementNote: null,
        },
      });
      expect(first[mutation.entity].id).toBe(first.charge.resultId);
      expect(second).toEqual({ ...first, replayed: true });
      expect([graph().paidCalls(), graph().charges().length]).toEqual([1, 1]);
    });
  });

  describe.each(paidMutations)("the same key with another input, at $field", (mutation) => {
    it("is told so with the caller's own charge, and nothing else of the first input; no call", async () => {
      const idempotencyKey = aKey();
      const first = await pay(graph(), mutation, { ...mutation.input, idempotencyKey });

      const second = await pay(graph(), mutation, { ...mutation.otherInput, idempotencyKey });

      expect(second).toEqual({
        __typename: "IdempotencyKeyReused",
        message: expect.stringMatching(/Nothing new was charged/),
        charge: first.charge,
      });
      expect(graph().paidCalls()).toBe(1);
    });

    it("is told so whatever became of the first: unknown, in progress, not charged", async () => {
      const provider = graph().sandbox[mutation.provider];
      for (const [fault, state] of [
        ["server-error", "UNKNOWN"],
        ["insufficient-funds", "NOT_CHARGED"],
      ] as const) {
        const idempotencyKey = aKey();
        provider.behave({ fault, on: "paid" });
        await pay(graph(), mutation, { ...mutation.input, idempotencyKey });
        provider.behave(null);

        const second = await pay(graph(), mutation, { ...mutation.otherInput, idempotencyKey });

        expect(second).toMatchObject({ __typename: "IdempotencyKeyReused", charge: { state } });
      }
      const idempotencyKey = aKey();
      provider.behave({ hold: true, on: "paid" });
      const first = pay(graph(), mutation, { ...mutation.input, idempotencyKey });
      await until(async () => (await findCharge(graph(), idempotencyKey, mutation.operation))?.state === "IN_PROGRESS");
      const second = await pay(graph(), mutation, { ...mutation.otherInput, idempotencyKey });
      provider.behave(null);

      expect(second).toMatchObject({ __typename: "IdempotencyKeyReused", charge: { state: "IN_PROGRESS" } });
      expect(await first).toMatchObject({ replayed: false });
      expect(graph().paidCalls()).toBe(3);
    });

    it("is told so to whoever asks while the first is on its way", async () => {
      const idempotencyKey = aKey();
      graph().sandbox[mutation.provider].behave({ delayMs: 200, on: "paid" });

      const [first, second] = await Promise.all([
        pay(graph(), mutation, { ...mutation.input, idempotencyKey }),
        pay(graph(), mutation, { ...mutation.otherInput, idempotencyKey }),
      ]);

      // Which of the two comes first is not told; one of them is paid for.
      const names = [first.__typename, second.__typename].toSorted();
      expect(names).toEqual(["IdempotencyKeyReused", expect.stringMatching(/Success$/)]);
      expect(graph().paidCalls()).toBe(1);
    });
  });

  describe("the same key and input, written otherwise", () => {
    const writings: [string, (key: string) => [query: string, variables?: object]][] = [
      ["under another alias", (key) => [`mutation { a: ${refreshWith(key)} }`]],
      ["without an alias", (key) => [`mutation { paid: ${refreshWith(key)} }`.replace("paid: ", "")]],
      ["under an operation name", (key) => [`mutation Other { a: ${refreshWith(key)} }`]],
      [
        "with a fragment for the selection",
        (key) => [
          `mutation { a: ${refreshWith(key, "{ ...S }")} } fragment S on RefreshCompanyReportSuccess { replayed charge { id } }`,
        ],
      ],
      [
        "with variables within the input",
        (key) => [
          `mutation M($id: ID!, $key: String!) {
             a: refreshCompanyReport(input: { idempotencyKey: $key, companyId: $id }) { ... on PaidSuccess { replayed charge { id } } }
           }`,
          { id: "6510", key },
        ],
      ],
      [
        "with a number for the id",
        (key) => [
          `mutation { a: refreshCompanyReport(input: { companyId: 6510, idempotencyKey: ${JSON.stringify(key)} }) { ... on PaidSuccess { replayed charge { id } } } }`,
        ],
      ],
      [
        "with a directive that includes it",
        (key) => [
          `mutation M($yes: Boolean!) { a: ${refreshWith(key, "@include(if: $yes) {}")} }`.replace("{}", selection),
          { yes: true },
        ],
      ],
    ];
    const selection = "{ ... on PaidSuccess { replayed charge { id } } }";
    const refreshWith = (key: string, rest = selection) =>
      `refreshCompanyReport(input: { companyId: "6510", idempotencyKey: ${JSON.stringify(key)} }) ${rest}`;

    it.each(writings)("%s, is a replay", async (_, write) => {
      const idempotencyKey = aKey();
      const first = await pay(graph(), refresh, { companyId: "6510", idempotencyKey });

      const { data, errors } = await graph().ask(...write(idempotencyKey));

      expect(errors).toBeUndefined();
      expect(Object.values(data)).toEqual([{ replayed: true, charge: { id: first.charge.id } }]);
      expect(graph().paidCalls()).toBe(1);
    });

    it("with its default written out or left out, is a replay", async () => {
      const input = { ...reverify.input, idempotencyKey: aKey() };
      await pay(graph(), reverify, input);

      expect(await pay(graph(), reverify, { ...input, mode: "ASYNC" })).toMatchObject({ replayed: true });
      expect(await pay(graph(), reverify, { ...input, mode: "SYNC" })).toMatchObject({
        __typename: "IdempotencyKeyReused",
      });
      expect(graph().paidCalls()).toBe(1);
    });

    it("with a null written out or left out, and its metadata in another order, is a replay", async () => {
      const bare = { ...request.input, idempotencyKey: aKey() };
      const full = { ...request.input, metadata: { a: 1, b: { c: [1, 2], d: "ü" } }, idempotencyKey: aKey() };
      await pay(graph(), request, bare);
      await pay(graph(), request, full);

      expect(await pay(graph(), request, { ...bare, metadata: null })).toMatchObject({ replayed: true });
      const literal = `mutation { paid: requestBusinessCreditReport(input: {
        metadata: { b: { d: "\\u00fc", c: [1, 2] }, a: 1 }, subjectConsent: true, companyNumber: "99000010",
        idempotencyKey: "${full.idempotencyKey}" }) { ... on PaidSuccess { replayed } } }`;
      expect((await graph().ask(literal)).data).toEqual({ paid: { replayed: true } });
      expect(graph().paidCalls()).toBe(2);
    });
  });

  describe("the same key elsewhere", () => {
    it("on another mutation is independent", async () => {
      const idempotencyKey = aKey();

      const all = [];
      for (const mutation of paidMutations)
        all.push(await pay(graph(), mutation, { ...mutation.input, idempotencyKey }));

      expect(all.map(({ replayed }) => replayed)).toEqual([false, false, false]);
      expect(new Set(all.map(({ charge }) => charge.id)).size).toBe(3);
      expect(graph().charges()).toHaveLength(3);
    });
  });

  describe("two keys for one intent", () => {
    it.each(paidMutations)("are two charges, never merged: $field", async (mutation) => {
      const [first, second] = await Promise.all(
        [aKey(), aKey()].map((idempotencyKey) => pay(graph(), mutation, { ...mutation.input, idempotencyKey })),
      );

      expect([first.replayed, second.replayed]).toEqual([false, false]);
      expect(graph().charges()).toHaveLength(2);
    });

    it("are two where they differ in case only", async () => {
      const key = aKey();

      await pay(graph(), refresh, { ...refresh.input, idempotencyKey: key.toLowerCase() });
      await pay(graph(), refresh, { ...refresh.input, idempotencyKey: key.toUpperCase() });

      expect(graph().charges()).toHaveLength(2);
    });
  });
});

describeOnEachDatabase("the same key by another caller", (kind) => {
  it("or on another mutation is independent, however the names run together", async () => {
    const { test, close } = await ledgerOn(kind);
    const names = [
      { caller: "alice", operation: "REFRESH_COMPANY_REPORT", idempotencyKey: "k" },
      { caller: "bob", operation: "REFRESH_COMPANY_REPORT", idempotencyKey: "k" },
      { caller: "Alice", operation: "REFRESH_COMPANY_REPORT", idempotencyKey: "k" },
      { caller: "alice ", operation: "REFRESH_COMPANY_REPORT", idempotencyKey: "k" },
      { caller: "alice", operation: "REVERIFY_VERIFICATION", idempotencyKey: "k" },
      { caller: 'alice","REFRESH_COMPANY_REPORT', operation: "REFRESH_COMPANY_REPORT", idempotencyKey: "k" },
      { caller: "alice", operation: "REFRESH_COMPANY_REPORT", idempotencyKey: "K" },
      { caller: "alic", operation: "REFRESH_COMPANY_REPORT", idempotencyKey: "ek" },
    ] as const;

    const spent = await Promise.all(names.map((name) => test.ledger.spend(aSpending(name), anAsker())));

    expect(spent.map((one) => one.kind === "charged" && one.replayed)).toEqual(names.map(() => false));
    expect(new Set(spent.map((one) => chargeOf(one).id)).size).toBe(names.length);
    await close();
  });

  it("is not told of the first one's charge, even where the inputs differ", async () => {
    const { test, close } = await ledgerOn(kind);
    await test.ledger.spend(aSpending({ idempotencyKey: "k", caller: "alice" }), anAsker());

    const other = aSpending({ idempotencyKey: "k", caller: "bob", fingerprint: "1:another-input" });

    expect(await test.ledger.spend(other, anAsker())).toMatchObject({
      replayed: false,
      charge: { requestedBy: "bob" },
    });
    await close();
  });
});
