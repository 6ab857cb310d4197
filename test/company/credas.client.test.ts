import { describe, expect, it } from "vitest";
import { aCompanyRecord, fullReport } from "../fixtures/credas/company-record.ts";
import { answerStatus, answerText } from "../support/answers.ts";
import { providersAnswering } from "../support/providers-answering.ts";
import { answerJson } from "../support/recording-provider.ts";

describe("Credas on the wire", () => {
  it("reads a company by GET, with the key in X-API-KEY", async () => {
    const { credas, requests } = await providersAnswering(answerJson(aCompanyRecord()));

    await credas.findCompany("6510");

    expect(requests).toEqual([
      { method: "GET", url: "/api/v2/ci/companies/6510", headers: expect.objectContaining(ourHeaders), body: "" },
    ]);
    expect(requests[0]!.headers).not.toHaveProperty("authorization");
    expect(requests[0]!.headers).not.toHaveProperty("content-type");
  });

  it("refreshes a report by POST, with the key in X-API-KEY and without a body", async () => {
    const { credas, requests } = await providersAnswering(answerJson({}));

    await credas.refreshReport("6510");

    expect(requests).toEqual([
      {
        method: "POST",
        url: "/api/v2/ci/companies/6510/refresh-report",
        headers: expect.objectContaining({ ...ourHeaders, "content-length": "0" }),
        body: "",
      },
    ]);
    expect(requests[0]!.headers).not.toHaveProperty("authorization");
    expect(requests[0]!.headers).not.toHaveProperty("content-type");
    expect(requests[0]!.headers).not.toHaveProperty("transfer-encoding");
  });

  it("keeps a hostile id one segment of the path", async () => {
    const { credas, requests } = await providersAnswering(answerStatus(404));

    await credas.findCompany("../../admin?x=");
    await credas.refreshReport("../../admin?x=");

    expect(requests.map(({ url }) => url)).toEqual([
      "/api/v2/ci/companies/..%2F..%2Fadmin%3Fx%3D",
      "/api/v2/ci/companies/..%2F..%2Fadmin%3Fx%3D/refresh-report",
    ]);
  });

  it.each(["", ".", ".."])("sends nothing for the id %j", async (id) => {
    const { credas, requests } = await providersAnswering(answerStatus(404));

    await expect(credas.findCompany(id)).rejects.toThrow(TypeError);
    await expect(credas.refreshReport(id)).rejects.toThrow(TypeError);

    expect(requests).toEqual([]);
  });
});

describe("a company of Credas's", () => {
  it("is none where the answer is 404", async () => {
    const { credas } = await providersAnswering(answerStatus(404));

    expect(await credas.findCompany("6510")).toBeNull();
  });

  it("is none where the answer is 404 without a body", async () => {
    const { credas } = await providersAnswering(answerText("", { status: 404, contentType: null }));

    expect(await credas.findCompany("6510")).toBeNull();
  });

  it.each([
    ["id as a number", { id: 6510 }],
    ["id as text", { id: "6510" }],
    ["companyId as a number", { companyId: 6510 }],
    ["companyId as text", { companyId: "6510" }],
    ["companyId beside an id that is null", { id: null, companyId: 6510 }],
  ])("is known by its %s", async (_what, record) => {
    const { credas } = await providersAnswering(answerJson(record));

    expect(await credas.findCompany("6510")).toMatchObject({ id: "6510" });
  });

  it.each([
    ["another id", { id: 6511 }, "got another one"],
    ["another id beside the right companyId", { id: 6511, companyId: 6510 }, "got another one"],
    ["the id with a leading zero", { id: "06510" }, "got another one"],
    ["no id", { companyName: "Specimen Widgets Ltd" }, "got none"],
    ["an id that is an object", { id: { value: 6510 } }, "got none"],
  ])("is malformed with %s", async (_what, record, message) => {
    const { credas } = await providersAnswering(answerJson(record));

    await expect(credas.findCompany("6510")).rejects.toMatchObject({
      provider: "CREDAS",
      kind: "malformed",
      message: `credas: expected the company's id, ${message}`,
    });
  });

  it("tells nothing where the record is only an id", async () => {
    const company = await companyOf({});

    expect(company).toEqual({ id: "6510", name: null, registrationNumber: null, status: null, report: null });
  });
});

/** The places in which a record may tell the same thing, the one that counts first. Each is a layer over those behind it. */
const inSummary = (told: object) => ({ fullReport: { companySummary: told } });
const inBasics = (told: object) => ({ fullReport: { companyIdentification: { basicInformation: told } } });

describe("a company's name", () => {
  it.each(
    inOrder([
      ["companyName", { companyName: "1st" }],
      ["name", { name: "2nd" }],
      ["summary's businessName", inSummary({ businessName: "3rd" })],
      ["basics' businessName", inBasics({ businessName: "4th" })],
      ["basics' registeredCompanyName", inBasics({ registeredCompanyName: "5th" })],
    ]),
  )("comes from %s before those behind it", async (_place, record, name) => {
    expect(await companyOf(record)).toMatchObject({ name });
  });
});

describe("a company's registration number", () => {
  it.each(
    inOrder([
      ["companyNumber", { companyNumber: "1st" }],
      ["registrationNumber", { registrationNumber: "2nd" }],
      ["summary's companyRegistrationNumber", inSummary({ companyRegistrationNumber: "3rd" })],
      ["summary's companyNumber", inSummary({ companyNumber: "4th" })],
      ["basics' companyRegistrationNumber", inBasics({ companyRegistrationNumber: "5th" })],
      ["basics' companyNumber", inBasics({ companyNumber: "6th" })],
    ]),
  )("comes from %s before those behind it", async (_place, record, registrationNumber) => {
    expect(await companyOf(record)).toMatchObject({ registrationNumber });
  });

  it("keeps its leading zeros", async () => {
    expect(await companyOf({ companyNumber: "00012345" })).toMatchObject({ registrationNumber: "00012345" });
  });
});

describe("a company's status", () => {
  it.each(
    inOrder([
      ["companyStatus", { companyStatus: "1st" }],
      ["status", { status: "2nd" }],
      ["summary", inSummary({ companyStatus: "3rd" })],
      ["basics", inBasics({ companyStatus: "4th" })],
    ]),
  )("comes from %s before those behind it", async (_place, record, status) => {
    expect(await companyOf(record)).toMatchObject({ status });
  });

  it.each([
    [{ status: "Active", description: "Trading" }, "Active"],
    [{ status: null, description: "Trading" }, "Trading"],
    [{ description: "Trading" }, "Trading"],
    [{}, null],
    [["Active"], null],
    [null, null],
  ])("%j is %j", async (companyStatus, status) => {
    expect(await companyOf({ companyStatus })).toMatchObject({ status });
  });
});

describe("what a company record tells", () => {
  it.each(["", "  ", null, {}, [], true])("passes over %j on its way to the next place", async (nothing) => {
    const company = await companyOf({
      companyName: nothing,
      name: "Specimen Widgets Ltd",
      companyNumber: nothing,
      registrationNumber: "00012345",
      companyStatus: nothing,
      status: "Active",
    });

    expect(company).toMatchObject({ name: "Specimen Widgets Ltd", registrationNumber: "00012345", status: "Active" });
  });
});

describe("a company report", () => {
  it("names directors, shareholders and persons with significant control", async () => {
    const { report } = (await companyOf({ fullReport }))!;

    expect(report).toMatchObject({
      directors: [
        {
          id: "director-1",
          name: "Ms Dira Specimen",
          nationality: "Ruritanian",
          address: "1 Sample Street, Exampleton, EX1 1EX",
        },
      ],
      shareholders: [{ id: "shareholder-1", name: "Specimen Holdings Ltd" }],
      personsWithSignificantControl: [{ id: "psc-1", name: "Mr Conrad Specimen" }],
    });
  });

  it("holds the provider's document whole, unknown sections included", async () => {
    const { report } = (await companyOf({ fullReport }))!;

    expect(report!.document).toEqual(fullReport);
  });

  it("tells when it was read", async () => {
    const before = Date.now();
    const { report } = (await companyOf({ fullReport }))!;

    expect(Date.parse(report!.fetchedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(report!.fetchedAt)).toBeLessThanOrEqual(Date.now());
    expect(report!.fetchedAt).toMatch(/Z$/);
  });

  it.each([[undefined], [null], [[]], ["none"]])("is null where fullReport is %j", async (noReport) => {
    expect(await companyOf({ fullReport: noReport })).toMatchObject({ report: null });
  });

  it.each([
    ["missing", {}],
    ["null", { directors: null, shareCapitalStructure: null, additionalInformation: null }],
    ["empty", { directors: {}, shareCapitalStructure: {}, additionalInformation: {} }],
    [
      "full of null",
      {
        directors: { currentDirectors: null },
        shareCapitalStructure: { shareHolders: null },
        additionalInformation: { personsWithSignificantControl: null },
      },
    ],
    ["of another kind", { directors: [], shareCapitalStructure: "none", additionalInformation: 0 }],
  ])("names nobody where its sections are %s", async (_what, sections) => {
    const { report } = (await companyOf({ fullReport: sections }))!;

    expect(report).toMatchObject({ directors: [], shareholders: [], personsWithSignificantControl: [] });
    expect(report!.document).toEqual(sections);
  });

  it("names nobody where the list of controllers is missing", async () => {
    const { report } = (await companyOf({
      fullReport: { additionalInformation: { personsWithSignificantControl: {} } },
    }))!;

    expect(report!.personsWithSignificantControl).toEqual([]);
  });

  it("reads shareHolders, and not the spelling one would expect", async () => {
    const { report } = (await companyOf({
      fullReport: {
        shareCapitalStructure: { shareholders: [{ name: "Nobody" }], shareHolders: [{ name: "Somebody" }] },
      },
    }))!;

    expect(report!.shareholders).toEqual([{ id: null, name: "Somebody" }]);
  });

  it("names officers without an id, or of whom nothing is told, and passes over what is no officer", async () => {
    const { report } = (await companyOf({
      fullReport: { directors: { currentDirectors: [{ name: "Ms Dira Specimen" }, null, {}, "Mr Text", { id: 7 }] } },
    }))!;

    expect(report!.directors).toEqual([
      { id: null, name: "Ms Dira Specimen", nationality: null, address: null },
      { id: null, name: null, nationality: null, address: null },
      { id: "7", name: null, nationality: null, address: null },
    ]);
  });

  it.each([
    ["text", "1 Sample Street, Exampleton", "1 Sample Street, Exampleton"],
    ["its one line", { simpleValue: "1 Sample Street", street: "Elsewhere" }, "1 Sample Street"],
    [
      "its parts",
      { street: "1 Sample Street", city: "Exampleton", postCode: "EX1 1EX", country: "GB" },
      "1 Sample Street, Exampleton, EX1 1EX, GB",
    ],
    ["some of its parts", { simpleValue: null, street: "", city: "Exampleton", country: "GB" }, "Exampleton, GB"],
    ["nothing", {}, null],
    ["null", null, null],
    ["a list", ["1 Sample Street"], null],
  ])("tells a director's address from %s", async (_what, address, line) => {
    const { report } = (await companyOf({ fullReport: { directors: { currentDirectors: [{ address }] } } }))!;

    expect(report!.directors[0]!.address).toBe(line);
  });
});

const ourHeaders = { "x-api-key": "test-credas-key", accept: "application/json" };

async function companyOf(told: object) {
  const { credas } = await providersAnswering(answerJson(aCompanyRecord(told)));
  return credas.findCompany("6510");
}

type Place = [name: string, record: object];

/** For each place, a record in which it and all the places behind it tell something, and what it tells. */
function inOrder(places: Place[]): [place: string, record: object, told: string][] {
  return places.map(([name, record], i) => {
    const behind = places.slice(i + 1).map(([, other]) => other);
    return [name, [...behind, record].reduce(merge, {}), JSON.stringify(record).match(/\d(st|nd|rd|th)/)![0]];
  });
}

function merge(one: object, other: object): object {
  const merged: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const former = merged[key];
    merged[key] = typeof former === "object" && former !== null ? merge(former, value) : value;
  }
  return merged;
}
