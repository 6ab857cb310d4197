import { readdirSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Charge } from "../../src/sandbox/sandbox.ts";
import {
  BusinessCreditReportDocument,
  type ChargeRecordFragment,
  CompaniesDocument,
  CompanyCreditReportsDocument,
  CompanyDocument,
  type CreditReportFileFragment,
  ProviderChargeDocument,
  ProviderChargesDocument,
  RefreshCompanyReportDocument,
  RequestBusinessCreditReportDocument,
  ReverifyVerificationDocument,
  type ReverifyVerificationInput,
  SettleProviderChargeDocument,
  VerificationDocument,
  type VerificationFileFragment,
  VerificationsDocument,
} from "../generated/operations.ts";
import { frontendOf } from "../support/frontend.ts";
import type { GraphAnswer } from "../support/graph-answer.ts";
import { endAllBuilt, startSandboxProcess, startService } from "../support/service-process.ts";
import { until } from "../support/until.ts";

let env: Record<string, string>;
let send: ReturnType<typeof frontendOf>;

beforeAll(async () => {
  ({ env } = await startSandboxProcess());
  const { url } = await startService(env);
  send = frontendOf(url);
});
beforeEach(async () => {
  await Promise.all(providers().map((baseUrl) => fetch(`${baseUrl}/_reset`, { method: "POST" })));
});
afterAll(() => endAllBuilt());

let keys = 0;
const aKey = () => `end-to-end-${++keys}`;

const refresh = (companyId: string) =>
  send(RefreshCompanyReportDocument, { input: { companyId, idempotencyKey: aKey() } });

const reverify = (verificationId: string, input: Partial<ReverifyVerificationInput> = {}) => {
  const reportId = verificationId.replace("vr_", "rep_");
  return send(ReverifyVerificationDocument, { input: { verificationId, reportId, idempotencyKey: aKey(), ...input } });
};

const request = (companyNumber: string, subjectConsent = true) =>
  send(RequestBusinessCreditReportDocument, {
    input: { companyNumber, subjectConsent, metadata: { branch: "north" }, idempotencyKey: aKey() },
  });

describe("the queries", () => {
  it("read what the providers hold, typed as a frontend types it, and charge nothing", async () => {
    const { company } = dataOf(await send(CompanyDocument, { id: "6510" }));
    const { companies } = dataOf(await send(CompaniesDocument, { ids: ["6511", "1", "6510"] }));
    const { verification } = dataOf(await send(VerificationDocument, { id: "vr_sandbox_completed_one_report" }));
    const { verifications } = dataOf(await send(VerificationsDocument, { first: 2, state: "COMPLETED" }));
    const { businessCreditReport } = dataOf(
      await send(BusinessCreditReportDocument, { id: "5a0db0510000000000000a01" }),
    );

    expect(company).toMatchObject({ name: "Larkspur Example Trading Limited", registrationNumber: "99000010" });
    expect(company?.report?.directors.length).toBeGreaterThan(0);
    expect(companies.map((one) => one?.name ?? null)).toEqual([
      "Marigold Example Bakery Limited",
      null,
      "Larkspur Example Trading Limited",
    ]);
    expect(verification).toMatchObject({
      state: "COMPLETED",
      price: { amount: "39.95", currency: "USD" },
      reports: [{ id: "rep_sandbox_completed_one_report", employee: { salary: { grossPay: "50000.00" } } }],
      reverification: { verdict: "OPEN" },
    });
    expect(verifications?.edges.map(({ node }) => node.state)).toEqual(["COMPLETED", "COMPLETED"]);
    expect(verifications?.pageInfo.hasNextPage).toBe(true);
    expect(businessCreditReport).toMatchObject({ status: "FOUND", rating: { rating: "B", creditLimit: "17,205.00" } });
    expect(await charges()).toEqual([]);
  });

  it("are null for what does not exist", async () => {
    expect(dataOf(await send(CompanyDocument, { id: "1" }))).toEqual({ company: null });
    expect(dataOf(await send(VerificationDocument, { id: "vr_nobody" }))).toEqual({ verification: null });
    expect(dataOf(await send(BusinessCreditReportDocument, { id: "f".repeat(24) }))).toEqual({
      businessCreditReport: null,
    });
  });
});

describe("schema/operations", () => {
  it("is all sent by these tests", () => {
    const sent = [
      BusinessCreditReportDocument,
      CompaniesDocument,
      CompanyCreditReportsDocument,
      CompanyDocument,
      ProviderChargeDocument,
      ProviderChargesDocument,
      RefreshCompanyReportDocument,
      RequestBusinessCreditReportDocument,
      ReverifyVerificationDocument,
      SettleProviderChargeDocument,
      VerificationDocument,
      VerificationsDocument,
    ].flatMap(({ definitions }) =>
      definitions.flatMap((one) =>
        one.kind === "OperationDefinition" ? [`${kebab(one.name?.value ?? "")}.graphql`] : [],
      ),
    );

    const files = readdirSync("schema/operations").filter((name) => name !== "paid-problem.graphql");

    expect(sent.toSorted()).toEqual(files.toSorted());
  });
});

describe("refreshCompanyReport", () => {
  it("buys one report, and it is the newer one that is shown, then and later", async () => {
    // A company of its own: the service keeps copies, and what it read of others outlives the providers' starting over.
    const { company: before } = dataOf(await send(CompanyDocument, { id: "6513" }));

    const { refreshCompanyReport } = dataOf(await refresh("6513"));
    const { company: after } = dataOf(await send(CompanyDocument, { id: "6513" }));

    const directors = [...(before?.report?.directors ?? []), expect.objectContaining({ id: "D-NEW-2" })];
    expect(refreshCompanyReport).toMatchObject({ company: { id: "6513", report: { directors } } });
    expect(after?.report?.directors).toEqual(directors);
    expect(await charges()).toEqual([charge({ operation: "refresh-report", target: "6513", reference: "6513" })]);
  });

  it("shows the former report where the new one takes its time, and the new one once it is there", async () => {
    dataOf(await refresh("6518"));

    const directors = await until(async () => {
      const found = dataOf(await send(CompanyDocument, { id: "6518" })).company?.report?.directors;
      return found?.length === 2 && found;
    });

    expect(directors[1]).toMatchObject({ id: "D-NEW-2" });
    expect(await charges()).toHaveLength(1);
  });

  it.each([
    ["6999999", { __typename: "CompanyNotFound", companyId: "6999999" }],
    ["06510", { __typename: "CompanyNotFound", companyId: "06510" }],
    ["90402", { __typename: "InsufficientFunds", provider: "CREDAS" }],
    ["90422", { __typename: "ProviderRejection", provider: "CREDAS", status: 422 }],
    ["90403", { __typename: "ProviderUnavailable", provider: "CREDAS", retryAfterSeconds: null }],
    ["90429", { __typename: "ProviderUnavailable", provider: "CREDAS", retryAfterSeconds: expect.any(Number) }],
  ])("charges nothing for %s and says why", async (companyId, problem) => {
    const { refreshCompanyReport } = dataOf(await refresh(companyId));

    expect(refreshCompanyReport).toEqual({ ...problem, message: expect.stringMatching(/Nothing was charged/) });
    expect(await charges()).toEqual([]);
  });

  it.each(["90500", "90502", "90903", "90907", "90909"])(
    "does not guess, and does not ask again, where nobody can know: %s",
    async (companyId) => {
      const { refreshCompanyReport } = dataOf(await refresh(companyId));

      expect(refreshCompanyReport).toEqual({
        __typename: "ChargeOutcomeUnknown",
        message: expect.any(String),
        charge: expect.objectContaining({ state: "UNKNOWN", target: companyId, resultId: null, settledAt: null }),
      });
      expect(await charges()).toHaveLength(1);
      expect(await paidCalls()).toBe(1);
    },
  );
});

describe("reverifyVerification", () => {
  it("buys a verification that goes from PENDING_APPROVAL to COMPLETED", async () => {
    const id = "vr_sandbox_completed_one_report";

    const created = verificationIn(dataOf(await reverify(id)).reverifyVerification);
    const completed = await until(async () => {
      const found = dataOf(await send(VerificationDocument, { id: created.id })).verification;
      return found?.state === "COMPLETED" && found;
    });

    expect(created).toMatchObject({ state: "PENDING_APPROVAL", reports: [], reverification: { verdict: "CLOSED" } });
    expect(created.id).not.toBe(id);
    expect(completed).toMatchObject({ id: created.id, reports: [{ id: expect.any(String) }] });
    expect(await charges()).toEqual([charge({ operation: "reverify", target: id, reference: created.id })]);
  });

  it("buys a final one synchronously, where the former was synchronous", async () => {
    const { reverifyVerification } = dataOf(await reverify("vr_sandbox_completed_sync", { mode: "SYNC" }));

    expect(verificationIn(reverifyVerification)).toMatchObject({ state: "COMPLETED", reports: [expect.anything()] });
    expect(await charges()).toHaveLength(1);
  });

  const closed = (reason: string, windowClosesAt: unknown = null) => ({
    __typename: "ReverificationNotAllowed",
    reason,
    windowClosesAt,
  });
  const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

  it.each([
    ["vr_nobody", {}, { __typename: "VerificationNotFound", verificationId: "vr_nobody" }],
    ["vr_sandbox_pending_approval", {}, closed("NOT_COMPLETED")],
    ["vr_sandbox_completed_long_ago", {}, closed("WINDOW_CLOSED", aTime)],
    ["vr_sandbox_completed_one_report", { reportId: "rep_of_another" }, closed("REPORT_NOT_FOUND", aTime)],
  ])("sends nothing for %s, and says why", async (id, input, problem) => {
    const { reverifyVerification } = dataOf(await reverify(id, input));

    expect(reverifyVerification).toEqual({ ...problem, message: expect.stringMatching(/Nothing was charged/) });
    expect([await paidCalls(), await charges()]).toEqual([0, []]);
  });

  it.each([
    ["402", {}, { __typename: "InsufficientFunds", provider: "TRUEWORK" }],
    ["451", {}, { __typename: "ProviderRejection", provider: "TRUEWORK", status: 451 }],
    ["404", {}, { __typename: "ProviderUnavailable", provider: "TRUEWORK", retryAfterSeconds: null }],
    ["429", {}, { __typename: "ProviderUnavailable", provider: "TRUEWORK", retryAfterSeconds: 2 }],
  ])("charges nothing where it is refused with %s", async (code, input, problem) => {
    const { reverifyVerification } = dataOf(await reverify(`vr_sandbox_reverify_${code}`, input));

    expect(reverifyVerification).toEqual({ ...problem, message: expect.stringMatching(/Nothing was charged/) });
    expect(await charges()).toEqual([]);
  });

  it("is refused as unavailable where the verification can't be read first", async () => {
    const { reverifyVerification } = dataOf(await reverify("vr_sandbox_read_500"));

    expect(reverifyVerification).toMatchObject({ __typename: "ProviderUnavailable", provider: "TRUEWORK" });
    expect([await paidCalls(), await charges()]).toEqual([0, []]);
  });

  it("does not guess, and does not ask again, where nobody can know", async () => {
    const { reverifyVerification } = dataOf(await reverify("vr_sandbox_reverify_500"));

    expect(reverifyVerification).toMatchObject({ __typename: "ChargeOutcomeUnknown" });
    expect([await paidCalls(), (await charges()).length]).toEqual([1, 1]);
  });

  it("stands even where the new verification can't be read from the answer", async () => {
    const { data, errors } = await reverify("vr_sandbox_reverify_912");

    expect(data).toEqual({
      reverifyVerification: {
        verification: null,
        replayed: false,
        charge: expect.objectContaining({ state: "CHARGED", resultId: null }),
      },
    });
    expect(errors).toMatchObject([
      {
        path: ["reverifyVerification", "verification"],
        extensions: { code: "PROVIDER_MALFORMED", provider: "TRUEWORK" },
      },
    ]);
    expect(await charges()).toHaveLength(1);
  });
});

describe("requestBusinessCreditReport", () => {
  it("buys a report that can be read again for nothing", async () => {
    const { requestBusinessCreditReport } = dataOf(await request("99000010"));
    const report = reportIn(requestBusinessCreditReport);
    const { businessCreditReport } = dataOf(await send(BusinessCreditReportDocument, { id: report.id }));

    expect(report).toMatchObject({ status: "FOUND", idNumber: "99000010", metadata: { branch: "north" } });
    expect(businessCreditReport).toEqual(report);
    expect(await charges()).toEqual([
      charge({
        operation: "credit-report",
        target: "99000010",
        reference: report.id,
        metadata: { branch: "north", diligenceCharge: chargeIn(requestBusinessCreditReport).id },
      }),
    ]);
  });

  it("is charged, with an empty report, where the business is unknown", async () => {
    const report = reportIn(dataOf(await request("NI999999")).requestBusinessCreditReport);

    expect(report).toMatchObject({ status: "NOT_FOUND", rating: null });
    expect(await charges()).toHaveLength(1);
  });

  it("buys a report that goes from PENDING to FOUND", async () => {
    const report = reportIn(dataOf(await request("P0000001")).requestBusinessCreditReport);
    const found = await until(async () => {
      const read = dataOf(await send(BusinessCreditReportDocument, { id: report.id })).businessCreditReport;
      return read?.status === "FOUND" && read;
    });

    expect(report.status).toBe("PENDING");
    expect(found.id).toBe(report.id);
    expect(await charges()).toHaveLength(1);
  });

  it("sends nothing without the subject's consent", async () => {
    const { requestBusinessCreditReport } = dataOf(await request("99000010", false));

    expect(requestBusinessCreditReport).toEqual({ __typename: "ConsentRequired", message: expect.any(String) });
    expect([await paidCalls(), await charges()]).toEqual([0, []]);
  });

  it.each([
    ["402", { __typename: "InsufficientFunds", provider: "YOUVERIFY" }],
    ["400", { __typename: "ProviderRejection", provider: "YOUVERIFY", status: 400 }],
    ["503", { __typename: "ProviderUnavailable", provider: "YOUVERIFY", retryAfterSeconds: null }],
    ["550", { __typename: "ProviderUnavailable", provider: "YOUVERIFY", retryAfterSeconds: null }],
  ])("charges nothing where it is refused with %s", async (code, problem) => {
    const { requestBusinessCreditReport } = dataOf(await request(`F0000${code}`));

    expect(requestBusinessCreditReport).toEqual({ ...problem, message: expect.stringMatching(/Nothing was charged/) });
    expect(await charges()).toEqual([]);
  });

  it.each(["500", "551", "908"])("does not guess, and does not ask again, where nobody can know: %s", async (code) => {
    const { requestBusinessCreditReport } = dataOf(await request(`F0000${code}`));

    expect(requestBusinessCreditReport).toMatchObject({ __typename: "ChargeOutcomeUnknown" });
    expect([await paidCalls(), (await charges()).length]).toEqual([1, 1]);
  });
});

describe("several purchases", () => {
  it("charge once each, and a refused one nothing", async () => {
    const bought = dataOf(await refresh("6511"));
    const refused = dataOf(await refresh("90402"));
    const other = dataOf(await request("ZZ000011"));

    expect(bought).toMatchObject({ refreshCompanyReport: { company: { id: "6511" } } });
    expect(refused).toMatchObject({ refreshCompanyReport: { __typename: "InsufficientFunds" } });
    expect(other).toMatchObject({ requestBusinessCreditReport: { report: { status: "FOUND" } } });
    expect((await charges()).map(({ target }) => target)).toEqual(["6511", "ZZ000011"]);
  });
});

describe("the ledger", () => {
  it("answers a key that was used before, and shows the charge one by one and in a list", async () => {
    const input = { companyId: "6510", idempotencyKey: aKey() };
    const first = dataOf(await send(RefreshCompanyReportDocument, { input })).refreshCompanyReport;

    const again = dataOf(await send(RefreshCompanyReportDocument, { input })).refreshCompanyReport;
    const { id } = chargeIn(first);
    const { providerCharge } = dataOf(await send(ProviderChargeDocument, { id }));
    const { providerCharges } = dataOf(await send(ProviderChargesDocument, { first: 1 }));

    expect(again).toEqual({ ...first, replayed: true, company: expect.objectContaining({ id: "6510" }) });
    expect(providerCharge).toEqual(chargeIn(first));
    expect(providerCharges?.edges).toMatchObject([{ node: providerCharge }]);
    expect([await paidCalls(), (await charges()).length]).toEqual([1, 1]);
  });

  it("takes an operator's word on what could not be told", async () => {
    const { refreshCompanyReport } = dataOf(await refresh("90500"));
    const chargeId = chargeIn(refreshCompanyReport).id;

    const { settleProviderCharge } = dataOf(
      await send(SettleProviderChargeDocument, { input: { chargeId, outcome: "NOT_CHARGED", note: "ticket 4711" } }),
    );

    expect(settleProviderCharge).toMatchObject({
      charge: { id: chargeId, state: "NOT_CHARGED", settledBy: "local-developer", settlementNote: "ticket 4711" },
    });
    expect(await paidCalls()).toBe(1);
  });

  it("tells which reports were bought for a company's number", async () => {
    const report = reportIn(dataOf(await request("99000010")).requestBusinessCreditReport);

    const { company } = dataOf(await send(CompanyCreditReportsDocument, { id: "6510", first: 1 }));

    expect(company?.creditReports?.edges).toMatchObject([{ node: { id: report.id, idNumber: "99000010" } }]);
  });
});

describe("a bad idempotency key", () => {
  it.each(["", "with blank", "ключ", "x".repeat(256)])(
    "is refused before anything is sent: %o",
    async (idempotencyKey) => {
      const { data, errors } = await send(RefreshCompanyReportDocument, {
        input: { companyId: "6510", idempotencyKey },
      });

      expect(data).toEqual({ refreshCompanyReport: null });
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
      expect([await paidCalls(), await charges()]).toEqual([0, []]);
    },
  );
});

function dataOf<Data>({ data, errors }: GraphAnswer<Data>): Data {
  expect(errors).toBeUndefined();
  if (!data) throw new Error("Expected data, got none");
  return data;
}

function verificationIn(result: object | null): VerificationFileFragment {
  if (!result || !("verification" in result)) throw new Error(`Expected success, got ${JSON.stringify(result)}`);
  return result.verification as VerificationFileFragment;
}

function reportIn(result: object | null): CreditReportFileFragment {
  if (!result || !("report" in result)) throw new Error(`Expected success, got ${JSON.stringify(result)}`);
  return result.report as CreditReportFileFragment;
}

function chargeIn(result: object | null): ChargeRecordFragment {
  if (!result || !("charge" in result)) throw new Error(`Expected a charge, got ${JSON.stringify(result)}`);
  return result.charge as ChargeRecordFragment;
}

function providers(): string[] {
  return ["CREDAS", "TRUEWORK", "YOUVERIFY"].map((name) => env[`${name}_BASE_URL`] ?? "");
}

/** What all three providers have billed since the test began. */
async function charges(): Promise<Charge[]> {
  const told = await Promise.all(providers().map(async (baseUrl) => (await fetch(`${baseUrl}/_charges`)).json()));
  return told.flatMap((one) => (one as { charges: Charge[] }).charges);
}

function charge(differing: Partial<Charge>) {
  return { sequence: 1, at: expect.any(String), metadata: null, ...differing };
}

/** How many calls were sent to paid endpoints since the test began. */
async function paidCalls(): Promise<number> {
  const told = await Promise.all(providers().map(async (baseUrl) => (await fetch(`${baseUrl}/_calls`)).json()));
  return told.flatMap((one) => (one as { calls: { method: string }[] }).calls).filter(({ method }) => method !== "GET")
    .length;
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=.)[A-Z]/g, "-$&").toLowerCase();
}
