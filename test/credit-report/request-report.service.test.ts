import { describe, expect, it } from "vitest";
import type { CreditReportContext } from "../../src/credit-report/credit-report.context.ts";
import type { RequestBusinessCreditReportInput } from "../../src/credit-report/credit-report.input.ts";
import { createCreditReportLoader } from "../../src/credit-report/credit-report.loader.ts";
import type { BusinessCreditReport } from "../../src/credit-report/credit-report.type.ts";
import { ConsentRequired, RequestBusinessCreditReportSuccess } from "../../src/credit-report/request-report.result.ts";
import { requestBusinessCreditReport } from "../../src/credit-report/request-report.service.ts";
import type { CreditReportOrder, YouverifyClient } from "../../src/credit-report/youverify.client.ts";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import { ProviderError } from "../../src/http/provider-error.ts";
import { REPORT_ID } from "../fixtures/youverify/credit-report-answer.ts";
import { aCreditReport } from "../support/entities.ts";
import { aSpendingRequest } from "../support/forgetful-ledger.ts";
import { badIdempotencyKeys, charged, paidProblems } from "../support/paid-outcomes.ts";
import { creditReportsOf } from "../support/sources.ts";

const bought = aCreditReport({ status: "FOUND" });

describe("requesting a business credit report", () => {
  it("pays once, and hands on the report that the provider answered with", async () => {
    const context = aContext({ outcome: charged("what the provider answered") });

    const result = await requestBusinessCreditReport(order({ metadata: { reference: "R-1" } }), context);

    expect(result).toBeInstanceOf(RequestBusinessCreditReportSuccess);
    expect(result).toMatchObject({ report: bought, replayed: false });
    expect(context.requested).toEqual([
      { companyNumber: "00012345", metadata: { reference: "R-1" }, chargeId: "charge-1" },
    ]);
    expect(context.answersRead).toEqual(["what the provider answered"]);
  });

  it.each([{}, { metadata: null }])("sends no metadata where the input is %j", async (said) => {
    const context = aContext({});

    await requestBusinessCreditReport(order(said), context);

    expect(context.requested).toEqual([{ companyNumber: "00012345", metadata: undefined, chargeId: "charge-1" }]);
  });

  it("leaves the report in the loader, without another call", async () => {
    const context = aContext({});
    await requestBusinessCreditReport(order(), context);

    expect(await context.creditReports.load(REPORT_ID.toUpperCase())).toBe(bought);

    expect(context.read).toEqual([]);
  });

  it("puts the report in the place of what the loader held under its id", async () => {
    const context = aContext({});
    await context.creditReports.load(REPORT_ID);

    await requestBusinessCreditReport(order(), context);

    expect(await context.creditReports.load(REPORT_ID)).toBe(bought);
  });

  it("is a success where the business was not found, for that is charged too", async () => {
    const notFound = aCreditReport({ status: "NOT_FOUND" });

    const result = await requestBusinessCreditReport(order(), aContext({ answer: notFound }));

    expect(result).toBeInstanceOf(RequestBusinessCreditReportSuccess);
    expect(result).toMatchObject({ report: notFound });
  });

  it("stays a success when the provider's answer can't be read", async () => {
    const unreadable = new ProviderError({ provider: "YOUVERIFY", kind: "malformed", message: "got none" });

    const result = await requestBusinessCreditReport(order(), aContext({ answer: unreadable }));

    expect(result).toBeInstanceOf(RequestBusinessCreditReportSuccess);
    expect((result as RequestBusinessCreditReportSuccess).report).toBe(unreadable);
  });

  it("sends nothing without the subject's consent", async () => {
    const context = aContext({});

    const result = await requestBusinessCreditReport(order({ subjectConsent: false }), context);

    expect(result).toBeInstanceOf(ConsentRequired);
    expect(context.requested).toEqual([]);
  });

  it.each(paidProblems)("hands on $what", async ({ outcome, problem, told }) => {
    const result = await requestBusinessCreditReport(order(), aContext({ outcome }));

    expect(result).toBeInstanceOf(problem);
    expect(result).toMatchObject(told);
    if ("provider" in result) expect(result.provider).toBe("YOUVERIFY");
  });

  it.each(["00012345", "SC123456", "T12345678", "R0000001", "x".repeat(64)])(
    "sends the company number %j as it is",
    async (companyNumber) => {
      const context = aContext({});

      await requestBusinessCreditReport(order({ companyNumber }), context);

      expect(context.requested).toMatchObject([{ companyNumber }]);
    },
  );

  it.each(["", "   ", "--", "0001\n2345", "０００１", "x".repeat(65)])(
    "refuses the company number %j, without a call",
    async (companyNumber) => {
      const context = aContext({});

      const requesting = requestBusinessCreditReport(order({ companyNumber }), context);

      await expect(requesting).rejects.toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
      expect(context.requested).toEqual([]);
    },
  );

  it.each([{ a: Number.POSITIVE_INFINITY }, { a: [1, { b: Number.NEGATIVE_INFINITY }] }, { a: Number.NaN }])(
    "refuses the number in the metadata %o, which would become null on its way",
    async (metadata) => {
      const context = aContext({});

      const requesting = requestBusinessCreditReport(order({ metadata }), context);

      await expect(requesting).rejects.toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
      expect(context.requested).toEqual([]);
    },
  );

  it.each(badIdempotencyKeys)("refuses %s as a key, before anything else", async (_what, idempotencyKey) => {
    const context = aContext({});

    const requesting = requestBusinessCreditReport(order({ idempotencyKey, subjectConsent: false }), context);

    await expect(requesting).rejects.toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
    expect(context.requested).toEqual([]);
  });

  it("takes a key of 255 characters", async () => {
    const context = aContext({});

    await requestBusinessCreditReport(order({ idempotencyKey: "k".repeat(255) }), context);

    expect(context.requested).toHaveLength(1);
  });
});

function order(said: Partial<RequestBusinessCreditReportInput> = {}): RequestBusinessCreditReportInput {
  return { companyNumber: "00012345", subjectConsent: true, idempotencyKey: "order-1", ...said };
}

interface Youverify {
  outcome?: PaidOutcome;
  answer?: BusinessCreditReport | ProviderError;
}

/** A request in front of a Youverify that answers so when it is paid, and holds an older copy of each report. */
function aContext({ outcome = charged(), answer = bought }: Youverify) {
  const calls = { read: [] as string[], requested: [] as CreditReportOrder[], answersRead: [] as unknown[] };
  const youverify = {
    findReport: async (id: string) => {
      calls.read.push(id);
      return aCreditReport({ id, status: "PENDING" });
    },
    requestReport: async (order: CreditReportOrder) => {
      calls.requested.push(order);
      return outcome;
    },
    readRequested: (body: unknown) => {
      calls.answersRead.push(body);
      return answer;
    },
    readPurchase: () => ({ resultId: null }),
  } as Partial<YouverifyClient> as YouverifyClient;
  const request = aSpendingRequest();
  const context: CreditReportContext = {
    ...request,
    youverify,
    creditReports: createCreditReportLoader(creditReportsOf(youverify)),
    checkValueSize: () => {},
  };
  return { ...context, ...calls, errorLog: request.errorLog };
}
