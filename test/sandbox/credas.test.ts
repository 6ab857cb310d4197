import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, credas, startTestSandbox, type TestSandbox } from "./callers.ts";

describe("simulated Credas", () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startTestSandbox();
  });
  beforeEach(() => sandbox.startOver());
  afterAll(() => sandbox.close());

  it("answers a company with its report", async () => {
    const { status, json } = await credas(sandbox).company(6510);

    expect(status).toBe(200);
    expect(json).toMatchObject({ id: 6510, companyName: "Larkspur Example Trading Limited", companyStatus: "Active" });
    expect(json.fullReport.directors.currentDirectors).toHaveLength(3);
    expect(json.fullReport.directors.currentDirectors[0]).toMatchObject({
      id: "D-6510-1",
      nationality: "British",
      address: { simpleValue: "11 Specimen Street, Sampletown, ZZ1 1ZZ" },
    });
    expect(json.fullReport.shareCapitalStructure.shareHolders).toHaveLength(2);
    expect(json.fullReport.additionalInformation.personsWithSignificantControl.activePSC).toHaveLength(2);
  });

  it("tells name and number in each of the four places they are known from", async () => {
    const { company } = credas(sandbox);

    expect((await company(6511)).json).toMatchObject({ name: expect.any(String), registrationNumber: "ZZ000011" });
    const inSummary = (await company(6512)).json;
    expect(Object.keys(inSummary)).toEqual(["id", "fullReport"]);
    expect(inSummary.fullReport.companySummary.companyRegistrationNumber).toBe("99000012");
    const inIdentification = (await company(6513)).json;
    expect(inIdentification.fullReport.companySummary).toBeUndefined();
    expect(inIdentification.fullReport.companyIdentification.basicInformation.companyRegistrationNumber).toBe(
      "99000013",
    );
  });

  it("has a sparse report, no report, a number with leading zeros and a dissolved company", async () => {
    const { company } = credas(sandbox);

    const sparse = (await company(6514)).json.fullReport;
    expect(sparse.companySummary).toBeNull();
    expect(sparse.additionalInformation).toBeUndefined();
    expect(sparse.shareCapitalStructure.shareHolders).toEqual([]);
    expect(sparse.directors.currentDirectors[0].id).toBeUndefined();
    expect((await company(6515)).json.fullReport).toBeNull();
    expect((await company(6516)).json.companyNumber).toBe("00000001");
    expect((await company(6517)).json.companyStatus).toBe("Dissolved");
  });

  it("charges for a refresh, and the report is visibly newer", async () => {
    const { company, refresh } = credas(sandbox);
    const before = (await company(6510)).json;
    sandbox.passTime(60_000);

    const answer = await refresh(6510);
    const after = (await company(6510)).json;

    expect(answer).toMatchObject({ status: 200, json: { companyId: 6510, message: "Report refresh requested" } });
    expect(sandbox.credas.charges()).toMatchObject([
      { sequence: 1, operation: "refresh-report", target: "6510", reference: "6510", metadata: null },
    ]);
    expect([before, after].map((one) => one.fullReport.reportInformation.sequence)).toEqual([1, 2]);
    expect(after.fullReport.reportInformation.generatedAt > before.fullReport.reportInformation.generatedAt).toBe(true);
    expect(after.fullReport.directors.currentDirectors).toHaveLength(4);
    expect(after.fullReport.companySummary.latestTurnoverFigure.value).toBe(1_050_000);
    expect(after.id).toBe(6510);
  });

  it("makes a first report for a company without one", async () => {
    await credas(sandbox).refresh(6515);

    const { json } = await credas(sandbox).company(6515);

    expect(json.fullReport.reportInformation.sequence).toBe(2);
  });

  it("shows the new report of company 6518 only two seconds later", async () => {
    const { company, refresh } = credas(sandbox);
    const sequence = async () => (await company(6518)).json.fullReport.reportInformation.sequence;

    await refresh(6518);
    const atOnce = await sequence();
    sandbox.passTime(2000);

    expect([atOnce, await sequence()]).toEqual([1, 2]);
  });

  it("answers 404 with problem details for an id it does not know, and charges nothing", async () => {
    const { company, refresh } = credas(sandbox);

    const answers = [await company(1), await refresh(1)];

    expect(answers.map(({ status, json }) => [status, json.title])).toEqual([
      [404, "Not Found"],
      [404, "Not Found"],
    ]);
    expect(sandbox.credas.charges()).toEqual([]);
  });

  it("answers 403 for a missing or wrong key, and charges nothing", async () => {
    const path = "/api/v2/ci/companies/6510/refresh-report";

    const without = await ask(sandbox.credas, path, { method: "POST" });
    const wrong = await ask(sandbox.credas, path, { method: "POST", headers: { "x-api-key": "wrong" } });

    expect([without.status, wrong.status]).toEqual([403, 403]);
    expect(sandbox.credas.charges()).toEqual([]);
  });
});
