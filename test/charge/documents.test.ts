import { describe, expect, it } from "vitest";
import { findCharge, graphOn } from "../support/graph-on-ledger.ts";
import { aKey } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { until } from "../support/until.ts";

describeOnEachDatabase("one document with several paid fields", (kind) => {
  const graph = graphOn(kind);
  const refresh = (companyId: string, idempotencyKey: string) =>
    `refreshCompanyReport(input: { companyId: "${companyId}", idempotencyKey: "${idempotencyKey}" }) {
       __typename ... on PaidSuccess { replayed charge { id state } } ... on RefreshCompanyReportSuccess { company { id } }
     }`;

  it("of the same key under two aliases is one charge", async () => {
    const key = aKey();

    const { data } = await graph().ask(`mutation { a: ${refresh("6510", key)} b: ${refresh("6510", key)} }`);

    expect(data).toMatchObject({ a: { replayed: false }, b: { replayed: true, charge: { id: data.a.charge.id } } });
    expect([graph().paidCalls(), graph().charges().length]).toEqual([1, 1]);
  });

  it("of one key under as many aliases as an operation may have is one charge", async () => {
    const key = aKey();
    const fields = Array.from({ length: 5 }, (_, i) => `a${i}: ${refresh("6510", key)}`);

    const { data } = await graph().ask(`mutation { ${fields.join("\n")} }`);

    expect(Object.values(data)).toHaveLength(5);
    expect(graph().charges()).toHaveLength(1);
  });

  it("of two keys is two charges", async () => {
    const { data } = await graph().ask(`mutation { a: ${refresh("6510", aKey())} b: ${refresh("6510", aKey())} }`);

    expect(data).toMatchObject({ a: { replayed: false }, b: { replayed: false } });
    expect(graph().charges()).toHaveLength(2);
  });

  it("leaves the other's answer where one fails, whichever it is", async () => {
    const [good, bad] = [refresh("6510", aKey()), refresh("6510", "a bad key")];

    const first = await graph().ask(`mutation { a: ${good} b: ${bad} }`);
    const second = await graph().ask(`mutation { b: ${bad} a: ${refresh("6511", aKey())} }`);

    expect(first.data).toMatchObject({ a: { replayed: false, company: { id: "6510" } }, b: null });
    expect(second.data).toMatchObject({ a: { replayed: false, company: { id: "6511" } }, b: null });
    expect([first.errors, second.errors]).toMatchObject([[{ path: ["b"] }], [{ path: ["b"] }]]);
    expect(graph().charges()).toHaveLength(2);
  });

  it("leaves the other's answer where one is unknown, refused, or charged with nothing to show", async () => {
    const request = `requestBusinessCreditReport(input: {
      companyNumber: "F0000905", subjectConsent: true, idempotencyKey: "${aKey()}"
    }) { __typename ... on PaidSuccess { replayed charge { state } } ... on RequestBusinessCreditReportSuccess { report { id } } }`;

    const { data, errors } = await graph().ask(
      `mutation { a: ${refresh("90500", aKey())} b: ${refresh("90402", aKey())} c: ${request} d: ${refresh("6510", aKey())} }`,
    );

    expect(data).toMatchObject({
      a: { __typename: "ChargeOutcomeUnknown" },
      b: { __typename: "InsufficientFunds" },
      c: { replayed: false, report: null, charge: { state: "CHARGED" } },
      d: { replayed: false, company: { id: "6510" } },
    });
    expect(errors).toMatchObject([{ path: ["c", "report"] }]);
  });

  describe("that is out of time", () => {
    const slow = graphOn(kind, { PAID_CALL_TIMEOUT_MS: "500" });

    it("answers ChargeInProgress for the one on its way, and claims none of the rest", async () => {
      const keys = [aKey(), aKey()] as const;
      const document = `mutation { a: ${refresh("6510", keys[0])} b: ${refresh("6510", keys[1])} }`;
      slow().sandbox.credas.behave({ hold: true, on: "paid" });

      let { data } = await slow().ask(document);
      // Where the machine is slower than the bound, the first one had no time either.
      while (data.a.__typename === "ProviderUnavailable") ({ data } = await slow().ask(document));

      expect(data).toMatchObject({ a: { __typename: "ChargeInProgress" }, b: { __typename: "ProviderUnavailable" } });
      await until(() => slow().paidCalls() > 0);
      expect(slow().paidCalls()).toBe(1);
      expect(await findCharge(slow(), keys[1], "REFRESH_COMPANY_REPORT")).toBeNull();
      slow().sandbox.credas.behave(null);
      await until(async () => {
        const { data: later } = await slow().ask(`mutation { b: ${refresh("6510", keys[1])} }`);
        return later.b.charge?.state === "CHARGED";
      });
      expect(slow().paidCalls()).toBe(2);
    });
  });
});
