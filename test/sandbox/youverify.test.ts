import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, startTestSandbox, type TestSandbox, youverify } from "./callers.ts";

describe("simulated Youverify", () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startTestSandbox();
  });
  beforeEach(() => sandbox.startOver());
  afterAll(() => sandbox.close());

  it("answers the page's own sample with not_found, and charges for it", async () => {
    const { status, json } = await youverify(sandbox).request({ companyNumber: "T12345678" });

    expect(status).toBe(200);
    expect(json).toMatchObject({ success: true, statusCode: 200, message: "success", links: [] });
    expect(json.data).toMatchObject({
      status: "not_found",
      reason: "Not Found",
      idNumber: "T01234560",
      type: "gbBusinessCreditReport",
      businessData: [],
      creditRatingInformation: { rating: null, topShareholders: [] },
      metadata: {},
    });
    expect(json.data.id).toMatch(/^[0-9a-f]{24}$/);
    expect(sandbox.youverify.charges()).toMatchObject([
      { operation: "credit-report", target: "T12345678", reference: json.data.id },
    ]);
  });

  it("takes the number as companyName too, and keeps the metadata", async () => {
    const metadata = { diligenceCharge: "charge-1" };

    const { json } = await youverify(sandbox).request({ companyName: "99000010", metadata });
    const read = await youverify(sandbox).identity(json.data.id);

    expect(json.data.metadata).toEqual(metadata);
    expect(sandbox.youverify.charges()).toMatchObject([{ target: "99000010", metadata }]);
    expect(read.json).toMatchObject({ message: "Identity retrieved successfully!", data: json.data });
  });

  it("rates one found company by letters and another by numbers", async () => {
    const { request } = youverify(sandbox);

    const letters = (await request({ companyNumber: "99000010" })).json.data;
    const numbers = (await request({ companyNumber: "ZZ000011" })).json.data;

    expect(letters).toMatchObject({
      status: "found",
      creditRatingInformation: { rating: "B", creditLimit: "17,205.00" },
      businessData: [
        { businessName: "Larkspur Example Trading Limited", tradingName: "-", previousBusinessName: null },
      ],
    });
    expect(numbers.creditRatingInformation).toMatchObject({ rating: 2, ratingScore: 88.5 });
  });

  it("answers PENDING for P0000001, and found three seconds later", async () => {
    const { request, identity } = youverify(sandbox);

    const { json: pending } = await request({ companyNumber: "P0000001" });
    sandbox.passTime(2999);
    const still = (await identity(pending.data.id)).json.data.status;
    sandbox.passTime(1);
    const { json: found } = await identity(pending.data.id);

    expect([pending.data.status, still, found.data.status]).toEqual(["PENDING", "PENDING", "found"]);
    expect(pending.data.businessData).toEqual([]);
    expect(found.data.businessData).toHaveLength(1);
  });

  it.each([
    ["no consent", { companyNumber: "99000010", isSubjectConsent: false }],
    ["consent that is a string", { companyNumber: "99000010", isSubjectConsent: "true" }],
    ["no number", {}],
    ["metadata that is a list", { companyNumber: "99000010", metadata: [] }],
  ])("refuses %s with 400, and charges nothing", async (_, order) => {
    const { status, json } = await youverify(sandbox).request(order);

    expect(status).toBe(400);
    expect(json).toMatchObject({ success: false, statusCode: 400, data: {} });
    expect(sandbox.youverify.charges()).toEqual([]);
  });

  it("has reports from the start, and an identity of another type", async () => {
    const { identity } = youverify(sandbox);
    const status = async (suffix: string) => (await identity(`5a0db0510000000000000${suffix}`)).json.data.status;

    expect(await Promise.all(["a01", "a02", "a03", "a04", "a05"].map(status))).toEqual([
      "found",
      "found",
      "found",
      "not_found",
      "PENDING",
    ]);
    expect((await identity("5a0db0510000000000000b01")).json.data.type).toBe("drivers_license");
  });

  it("answers 404 in its envelope for an unknown id, and 403 for a wrong key", async () => {
    const unknown = await youverify(sandbox).identity("f".repeat(24));
    const wrongKey = await ask(sandbox.youverify, "/v2/api/identity/5a0db0510000000000000a01", {});

    expect(unknown).toMatchObject({ status: 404, json: { success: false, name: "ResourceNotFoundError", data: {} } });
    expect(wrongKey).toMatchObject({ status: 403, json: { name: "UnauthorizedError", message: "Permission denied" } });
  });
});
