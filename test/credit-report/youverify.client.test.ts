import { describe, expect, it } from "vitest";
import { aReportAnswer, REPORT_ID } from "../fixtures/youverify/credit-report-answer.ts";
import pageSample from "../fixtures/youverify/gb-business-credit-report.json" with { type: "json" };
import { answerStatus, answerText } from "../support/answers.ts";
import { aCreditReport } from "../support/entities.ts";
import { providersAnswering } from "../support/providers-answering.ts";
import { answerJson } from "../support/recording-provider.ts";

describe("Youverify on the wire", () => {
  it("reads a report by GET, with the key in token", async () => {
    const { youverify, requests } = await providersAnswering(answerJson(aReportAnswer()));

    await youverify.findReport(REPORT_ID);

    expect(requests).toEqual([
      {
        method: "GET",
        url: `/v2/api/identity/${REPORT_ID}`,
        headers: expect.objectContaining(ourHeaders),
        body: "",
      },
    ]);
    expect(requests[0]!.headers).not.toHaveProperty("authorization");
    expect(requests[0]!.headers).not.toHaveProperty("content-type");
  });

  it("requests a report by POST, with number and consent as JSON", async () => {
    const { youverify, requests } = await providersAnswering(answerJson(aReportAnswer()));

    await youverify.requestReport({ companyNumber: "T12345678", chargeId: "charge-1" });

    const body = '{"companyNumber":"T12345678","isSubjectConsent":true,"metadata":{"diligenceCharge":"charge-1"}}';
    expect(requests).toEqual([
      {
        method: "POST",
        url: "/v2/api/identity/credit-report/gb/business",
        headers: expect.objectContaining({
          ...ourHeaders,
          "content-type": "application/json",
          "content-length": String(body.length),
        }),
        body,
      },
    ]);
    expect(requests[0]!.headers).not.toHaveProperty("authorization");
  });

  it("sends the number as companyName where YOUVERIFY_COMPANY_FIELD says so", async () => {
    const { youverify, requests } = await providersAnswering(answerJson(aReportAnswer()), {
      environment: { YOUVERIFY_COMPANY_FIELD: "companyName" },
    });

    await youverify.requestReport({ companyNumber: "T12345678", chargeId: "charge-1" });

    expect(requests.map(({ body }) => body)).toEqual([
      '{"companyName":"T12345678","isSubjectConsent":true,"metadata":{"diligenceCharge":"charge-1"}}',
    ]);
  });

  it("sends metadata along, as it is, and the charge's id with it", async () => {
    const { youverify, requests } = await providersAnswering(answerJson(aReportAnswer()));

    await youverify.requestReport({
      companyNumber: "00012345",
      metadata: { reference: "zoë", deep: [null, { a: 1 }] },
      chargeId: "charge-1",
    });

    expect(JSON.parse(requests[0]!.body)).toEqual({
      companyNumber: "00012345",
      isSubjectConsent: true,
      metadata: { reference: "zoë", deep: [null, { a: 1 }], diligenceCharge: "charge-1" },
    });
  });

  it("keeps a hostile id one segment of the path", async () => {
    const { youverify, requests } = await providersAnswering(answerStatus(404));

    await youverify.findReport("../../admin?x=");

    expect(requests.map(({ url }) => url)).toEqual(["/v2/api/identity/..%2F..%2Fadmin%3Fx%3D"]);
  });

  it.each(["", ".", ".."])("sends nothing for the id %j", async (id) => {
    const { youverify, requests } = await providersAnswering(answerStatus(404));

    await expect(youverify.findReport(id)).rejects.toThrow(TypeError);

    expect(requests).toEqual([]);
  });
});

describe("the sample of the vendor's page", () => {
  it("is a report that found nothing, and has no rating", async () => {
    const { youverify } = await providersAnswering(answerJson(pageSample));

    const report = await youverify.findReport("680b5eade11a96c33f7428c5");

    expect(report).toEqual(whatThePageTells);
  });

  it("is read alike as the answer to a request", async () => {
    const { youverify } = await providersAnswering(answerJson(pageSample));

    const outcome = await youverify.requestReport({ companyNumber: "T12345678", chargeId: "charge-1" });

    expect(outcome).toMatchObject({ state: "CHARGED", status: 200 });
    expect(youverify.readRequested("body" in outcome && outcome.body)).toEqual(whatThePageTells);
  });

  const whatThePageTells = {
    id: "680b5eade11a96c33f7428c5",
    status: "NOT_FOUND",
    reason: "Not Found",
    idNumber: "T01234560",
    country: "GB",
    consent: true,
    rating: null,
    businessData: [],
    shareholders: [],
    facilityPerformance: [],
    financials: [],
    metadata: {},
    requestedAt: "2025-04-25T10:06:38.963Z",
    createdAt: "2025-04-25T10:06:39.133Z",
    lastModifiedAt: "2025-04-25T10:06:39.133Z",
    requestedBy: { id: "628b38f03ae28a5a122d4bf3", firstName: "API", middleName: "", lastName: "User" },
  };
});

describe("a credit report of Youverify's", () => {
  it.each([
    ["404", answerStatus(404)],
    ["404 without a body", answerText("", { status: 404, contentType: null })],
  ])("is none where the answer is %s", async (_what, answer) => {
    const { youverify } = await providersAnswering(answer);

    expect(await youverify.findReport(REPORT_ID)).toBeNull();
  });

  it.each(["driversLicence", "ngIndividualCreditReport", "gbbusinesscreditreport"])(
    "is none where the identity is of the type %s",
    async (type) => {
      const { youverify } = await providersAnswering(answerJson(aReportAnswer({ type })));

      expect(await youverify.findReport(REPORT_ID)).toBeNull();
    },
  );

  it("is taken for one where the type is not told", async () => {
    expect(await reportOf({ type: null })).toMatchObject({ id: REPORT_ID });
  });

  it("tells nothing where there is only an id", async () => {
    expect(await reportOf({})).toEqual(aCreditReport());
  });

  it("is itself in whatever case its id comes", async () => {
    expect(await reportOf({ id: REPORT_ID.toUpperCase() })).toMatchObject({ id: REPORT_ID });
  });

  it.each([
    ["another id", aReportAnswer({ id: "f".repeat(24) })],
    ["an id of another kind", aReportAnswer({ id: "4711" })],
    ["a number for an id", aReportAnswer({ id: 4711 })],
    ["no id", aReportAnswer({ id: null })],
    ["the webhook's _id instead of an id", aReportAnswer({ id: undefined, _id: REPORT_ID })],
    ["success: false", aReportAnswer({}, { success: false })],
    ["no data", aReportAnswer({}, { data: null })],
    ["an empty data, as failures have it", { success: false, statusCode: 500, message: "x", name: "Error", data: {} }],
    ["no envelope", aReportAnswer().data],
  ])("is malformed with %s", async (_what, answer) => {
    const { youverify } = await providersAnswering(answerJson(answer));

    await expect(youverify.findReport(REPORT_ID)).rejects.toMatchObject({ provider: "YOUVERIFY", kind: "malformed" });
  });

  it("may come without the word that it is a success", async () => {
    const { youverify } = await providersAnswering(answerJson(aReportAnswer({}, { success: undefined })));

    expect(await youverify.findReport(REPORT_ID)).toMatchObject({ id: REPORT_ID });
  });

  it("keeps the number that the provider echoes, though it differs from the one asked for", async () => {
    expect(await reportOf({ idNumber: "T01234560" })).toMatchObject({ idNumber: "T01234560" });
  });

  it("keeps metadata as it was stored", async () => {
    expect(await reportOf({ metadata: { reference: "R-1", note: null } })).toMatchObject({
      metadata: { reference: "R-1", note: null },
    });
  });

  it.each([
    [true, true],
    [false, false],
    [null, null],
    ["true", null],
  ])("with isConsent %j has the consent %j", async (isConsent, consent) => {
    expect(await reportOf({ isConsent })).toMatchObject({ consent });
  });

  it.each([
    ["null", null],
    ["text", "-"],
    ["a number", 0],
  ])("is spoilt by no section that is %s", async (_what, odd) => {
    const report = await reportOf({
      creditRatingInformation: odd,
      businessData: odd,
      companyShareholderList: odd,
      facilityPerformanceSummary: odd,
      companyFinancialList: odd,
      metadata: odd,
      requestedAt: odd,
      createdAt: odd,
      lastModifiedAt: odd,
      requestedBy: odd,
    });

    expect(report).toEqual(aCreditReport());
  });
});

describe("a credit report's status", () => {
  it.each([
    ["found", "FOUND"],
    ["not_found", "NOT_FOUND"],
    ["pending", "PENDING"],
    ["PENDING", "PENDING"],
    ["Found", "FOUND"],
    ["under_review", "UNKNOWN"],
    ["toString", "UNKNOWN"],
    ["", "UNKNOWN"],
    [null, "UNKNOWN"],
    [undefined, "UNKNOWN"],
  ])("%j is %s", async (word, status) => {
    expect(await reportOf({ status: word })).toMatchObject({ status });
  });
});

describe("a credit rating", () => {
  it("is text as the provider sent it, letters and numbers alike", async () => {
    const { rating } = await reportOf({
      creditRatingInformation: {
        rating: "A",
        ratingScore: 72,
        ratingDate: "30/07/2018",
        previousRating: 3,
        previousRatingScore: "55",
        previousRatingDate: "-",
        creditLimit: "17,205.00",
        creditLimitDate: "2018-07-30",
        previousCreditLimit: 17205.5,
        previousCreditLimitDate: "2017-07-30",
        contractLimit: 0,
        keyPositiveFactors: ["Pays on time"],
        otherFactors: ["Is young"],
        topShareholders: [{ name: "Specimen Holdings Ltd", share: 51 }],
      },
    });

    expect(rating).toEqual({
      rating: "A",
      score: "72",
      date: "30/07/2018",
      previousRating: "3",
      previousScore: "55",
      previousDate: "-",
      creditLimit: "17,205.00",
      creditLimitDate: "2018-07-30",
      previousCreditLimit: "17205.5",
      previousCreditLimitDate: "2017-07-30",
      contractLimit: "0",
      keyPositiveFactors: ["Pays on time"],
      otherFactors: ["Is young"],
      topShareholders: [{ name: "Specimen Holdings Ltd", share: 51 }],
    });
  });

  it.each([
    ["null members and empty lists", { rating: null, ratingScore: null, keyPositiveFactors: [], topShareholders: [] }],
    ["empty texts", { rating: "", ratingScore: "" }],
    ["no members", {}],
  ])("is null where it is made of %s", async (_what, creditRatingInformation) => {
    expect(await reportOf({ creditRatingInformation })).toMatchObject({ rating: null });
  });

  it.each([
    ["a rating", { rating: "A" }],
    ["a score of 0", { ratingScore: 0 }],
    ["a factor", { otherFactors: ["Is young"] }],
    ["a shareholder", { topShareholders: [{ name: "Specimen Holdings Ltd" }] }],
  ])("is there where it tells %s only", async (_what, creditRatingInformation) => {
    const report = await reportOf({ status: "found", creditRatingInformation });

    expect(report.rating).not.toBeNull();
  });

  it("passes over factors that are no text", async () => {
    const { rating } = await reportOf({
      creditRatingInformation: { keyPositiveFactors: ["Pays on time", null, { factor: 1 }, 7] },
    });

    expect(rating!.keyPositiveFactors).toEqual(["Pays on time"]);
  });
});

describe.each([
  ["businessData", "businessData"],
  ["companyShareholderList", "shareholders"],
  ["facilityPerformanceSummary", "facilityPerformance"],
  ["companyFinancialList", "financials"],
] as const)("the list %s", (theirs, ours) => {
  it("holds objects as received", async () => {
    const items = [{ _id: "1", TotalAccounts: "0", deep: { blank: " ", none: null } }, {}];

    const report = await reportOf({ [theirs]: items });

    expect(report[ours]).toEqual(items);
  });

  it("holds a single object that came instead of a list", async () => {
    const report = await reportOf({ [theirs]: { TotalAccounts: "0" } });

    expect(report[ours]).toEqual([{ TotalAccounts: "0" }]);
  });

  it("passes over what is no object", async () => {
    const report = await reportOf({ [theirs]: [null, "-", { TotalAccounts: "0" }, [1]] });

    expect(report[ours]).toEqual([{ TotalAccounts: "0" }]);
  });

  it.each([[undefined], [null], [[]], ["-"]])("is empty where it is %j", async (nothing) => {
    const report = await reportOf({ [theirs]: nothing });

    expect(report[ours]).toEqual([]);
  });
});

describe("the answer to a request for a report", () => {
  it.each([[undefined], [null], [{}], [[]], ["done"], [{ success: true, data: { id: "4711" } }]])(
    "is malformed where it is %j, without an exception",
    async (body) => {
      const { youverify } = await providersAnswering(answerJson({}));

      expect(youverify.readRequested(body)).toMatchObject({ name: "ProviderError", kind: "malformed" });
    },
  );

  it("is a report though it says that nothing was found", async () => {
    const { youverify } = await providersAnswering(answerJson({}));

    const report = youverify.readRequested(aReportAnswer({ status: "not_found", reason: "Not Found" }));

    expect(report).toMatchObject({ status: "NOT_FOUND", reason: "Not Found" });
  });
});

const ourHeaders = { token: "test-youverify-key", accept: "application/json" };

async function reportOf(told: object) {
  const { youverify } = await providersAnswering(answerJson(aReportAnswer(told)));
  return (await youverify.findReport(REPORT_ID))!;
}
