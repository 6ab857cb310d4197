import { describe, expect, it } from "vitest";
import { inTime } from "../../../src/charge/purchase/in-time.ts";
import { readBought } from "../../../src/charge/purchase/read-bought.ts";
import type { CompanyContext } from "../../../src/company/company.context.ts";
import type { RefreshCompanyReportSuccess } from "../../../src/company/refresh-report.result.ts";
import { refreshCompanyReport } from "../../../src/company/refresh-report.service.ts";
import { NOON } from "../../support/a-request.ts";
import { aSpendingRequest } from "../../support/forgetful-ledger.ts";
import { charged } from "../../support/paid-outcomes.ts";

const never = new Promise<never>(() => {});
const soon = { paidFieldsUntilMs: NOON + 20, now: () => NOON };
const notInTime = expect.objectContaining({ name: "ProviderError", kind: "timeout" });

describe("what is read after it was paid for", () => {
  it("is waited for only as long as paid fields wait: then there is an error instead", async () => {
    expect(await inTime(never, "CREDAS", soon)).toEqual(notInTime);
  });

  it("is what was read where it is there, however little time is left", async () => {
    expect(await inTime(Promise.resolve("it"), "CREDAS", { ...soon, paidFieldsUntilMs: NOON - 1 })).toBe("it");
  });

  it("fails as the read fails", async () => {
    await expect(inTime(Promise.reject(new Error("no")), "CREDAS", soon)).rejects.toThrow("no");
  });

  it("is an error beside a refresh that was charged", async () => {
    const context = {
      ...aSpendingRequest(),
      ...soon,
      credas: { refreshReport: async () => charged() },
      companies: { load: () => never, clear: () => {}, forget: async () => {} },
    } as unknown as CompanyContext;

    const success = await refreshCompanyReport({ companyId: "6510", idempotencyKey: "key-1" }, context);

    expect(await (success as RefreshCompanyReportSuccess).company()).toEqual(notInTime);
  });

  it("is an error beside a reverification or a credit report asked for again", async () => {
    const loader = { load: () => never, keep: () => {} };

    const again = await readBought({ provider: "TRUEWORK", answered: null, resultId: "vr_1", loader }, soon);

    expect(again).toEqual(notInTime);
  });
});
