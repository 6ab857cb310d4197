import { describe, expect, it } from "vitest";
import type { CompanyContext } from "../../src/company/company.context.ts";
import { createCompanyLoader } from "../../src/company/company.loader.ts";
import type { CredasClient } from "../../src/company/credas.client.ts";
import { CompanyNotFound, RefreshCompanyReportSuccess } from "../../src/company/refresh-report.result.ts";
import { refreshCompanyReport } from "../../src/company/refresh-report.service.ts";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import { ProviderError } from "../../src/http/provider-error.ts";
import { aCompany } from "../support/entities.ts";
import { aSpendingRequest } from "../support/forgetful-ledger.ts";
import { badIdempotencyKeys, charged, paidProblems } from "../support/paid-outcomes.ts";
import { companiesOf } from "../support/sources.ts";

describe("refreshing a company's report", () => {
  it("pays once and reads the company again, past what was read before", async () => {
    const context = aContext({ outcome: charged() });
    const before = await context.companies.load("6510");

    const result = await refreshCompanyReport(order(), context);

    const after = await (result as RefreshCompanyReportSuccess).company();
    expect(result).toBeInstanceOf(RefreshCompanyReportSuccess);
    expect([before?.name, after?.name]).toEqual(["after 0 refreshes", "after 1 refreshes"]);
    expect(context.refreshed).toEqual(["6510"]);
  });

  it("leaves the new company in the loader", async () => {
    const context = aContext({ outcome: charged() });
    await context.companies.load("6510");

    await refreshCompanyReport(order(), context);

    expect(await context.companies.load("6510")).toMatchObject({ name: "after 1 refreshes" });
  });

  it("stays a success when the company can't be read again", async () => {
    const failure = new ProviderError({ provider: "CREDAS", kind: "unavailable", message: "no connection" });
    const context = aContext({ outcome: charged(), readFailure: failure });

    const result = await refreshCompanyReport(order(), context);

    expect(result).toBeInstanceOf(RefreshCompanyReportSuccess);
    await expect((result as RefreshCompanyReportSuccess).company()).rejects.toBe(failure);
    expect(context.refreshed).toEqual(["6510"]);
  });

  it("finds no company where the provider finds none", async () => {
    const context = aContext({ outcome: { state: "NOT_CHARGED", because: "not-found", status: 404 } });

    const result = await refreshCompanyReport(order(), context);

    expect(result).toBeInstanceOf(CompanyNotFound);
    expect(result).toMatchObject({ companyId: "6510" });
  });

  it.each(["06510", "6510.0", "0", "-1", "", " 6510", "../6510"])(
    "finds no company %j, without a call",
    async (companyId) => {
      const context = aContext({ outcome: charged() });

      const result = await refreshCompanyReport(order({ companyId }), context);

      expect(result).toBeInstanceOf(CompanyNotFound);
      expect(result).toMatchObject({ companyId });
      expect(context.refreshed).toEqual([]);
    },
  );

  it.each(paidProblems)("hands on $what", async ({ outcome, problem, told }) => {
    const result = await refreshCompanyReport(order(), aContext({ outcome }));

    expect(result).toBeInstanceOf(problem);
    expect(result).toMatchObject(told);
    if ("provider" in result) expect(result.provider).toBe("CREDAS");
  });

  it("forgets what was read before even where the outcome is unknown", async () => {
    const context = aContext({ outcome: { state: "UNKNOWN", reason: "no answer" } });
    await context.companies.load("6510");

    await refreshCompanyReport(order(), context);

    expect(await context.companies.load("6510")).toMatchObject({ name: "after 1 refreshes" });
  });

  it.each(badIdempotencyKeys)("refuses %s as a key, before anything else", async (_what, idempotencyKey) => {
    const context = aContext({ outcome: charged() });

    const refreshing = refreshCompanyReport(order({ idempotencyKey, companyId: "0" }), context);

    await expect(refreshing).rejects.toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
    expect(context.refreshed).toEqual([]);
  });

  it("takes a key of 255 characters", async () => {
    const context = aContext({ outcome: charged() });

    await refreshCompanyReport(order({ idempotencyKey: "k".repeat(255) }), context);

    expect(context.refreshed).toEqual(["6510"]);
  });
});

function order(said: Partial<{ companyId: string; idempotencyKey: string }> = {}) {
  return { companyId: "6510", idempotencyKey: "order-1", ...said };
}

/** A request in front of a Credas whose company is named by how often it was refreshed. */
function aContext({ outcome, readFailure }: { outcome: PaidOutcome; readFailure?: Error }) {
  const refreshed: string[] = [];
  const credas = {
    refreshReport: async (id: string) => {
      refreshed.push(id);
      return outcome;
    },
    findCompany: async (id: string) => {
      if (readFailure) throw readFailure;
      return aCompany({ id, name: `after ${refreshed.length} refreshes` });
    },
  } as Partial<CredasClient> as CredasClient;
  const context = {
    ...aSpendingRequest(),
    credas,
    companies: createCompanyLoader(companiesOf(credas)),
  } satisfies CompanyContext;
  return { ...context, refreshed };
}
