import { describe, expect, it } from "vitest";
import type { VerificationContext } from "../../src/verification/verification.context.ts";
import { listVerifications, type VerificationListRequest } from "../../src/verification/verification.list.ts";
import { createVerificationLoader } from "../../src/verification/verification.loader.ts";
import { aVerificationRecord } from "../fixtures/truework/verification-record.ts";
import { aSpendingRequest } from "../support/forgetful-ledger.ts";
import { providersAnswering } from "../support/providers-answering.ts";
import { answerJson } from "../support/recording-provider.ts";
import { verificationsOf } from "../support/sources.ts";

describe("a page of verifications", () => {
  it("has the provider's verifications in its order, with the place of each as its cursor", async () => {
    const { page } = await pageOf({ results: records("Vr1", "Vr2"), count: 2, next: null });

    expect(page.edges.map(({ node }) => node.id)).toEqual(["Vr1", "Vr2"]);
    expect(new Set(page.edges.map(({ cursor }) => cursor)).size).toBe(2);
    expect(page.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: page.edges[0]!.cursor,
      endCursor: page.edges[1]!.cursor,
    });
  });

  it("goes on behind the cursor of the last edge", async () => {
    const { page, context, requests } = await pageOf({ results: records("Vr1", "Vr2") }, { first: 2 });

    const second = await listVerifications({ first: 2, after: page.pageInfo.endCursor }, context);

    expect(requests.map(({ url }) => new URL(url, "http://x").search)).toEqual([
      "?limit=2&offset=0",
      "?limit=2&offset=2",
    ]);
    expect(second.pageInfo.hasPreviousPage).toBe(true);
    expect(second.pageInfo.startCursor).not.toBe(page.pageInfo.startCursor);
  });

  it("goes on behind the cursor of any edge", async () => {
    const { page, context, requests } = await pageOf({ results: records("Vr1", "Vr2", "Vr3") }, { first: 3 });

    await listVerifications({ first: 3, after: page.edges[0]!.cursor }, context);

    expect(requests.at(-1)!.url).toContain("offset=1");
  });

  it("asks for the state it was asked for", async () => {
    const { requests } = await pageOf({ results: [] }, { state: "COMPLETED", first: 7 });

    expect(requests.map(({ url }) => url)).toEqual(["/verification-requests/?state=completed&limit=7&offset=0"]);
  });

  it.each([
    ["the URL of a next page", { next: "https://provider.example.com/?offset=5" }, true],
    ["a next page elsewhere", { next: "https://elsewhere.example.com/?offset=5" }, true],
    ["null", { next: null }, false],
    ["an empty text", { next: "" }, false],
    ["nothing", {}, false],
  ])("has more behind it where next is %s, which is never followed", async (_what, told, hasNextPage) => {
    const { page, requests } = await pageOf({ results: records("Vr1"), ...told });

    expect(page.pageInfo.hasNextPage).toBe(hasNextPage);
    expect(requests).toHaveLength(1);
  });

  it("has nothing behind it where it is empty, whatever next says", async () => {
    const { page } = await pageOf({ results: [], next: "https://provider.example.com/?offset=5" });

    expect(page).toMatchObject({
      edges: [],
      pageInfo: { hasNextPage: false, startCursor: null, endCursor: null },
    });
  });

  it.each([
    ["absent", {}],
    ["null", { previous: null }],
    ["a URL", { previous: "https://provider.example.com/?offset=0" }],
  ])("knows what is before it by itself, where previous is %s", async (_what, told) => {
    const { page } = await pageOf({ results: records("Vr1"), ...told });

    expect(page.pageInfo.hasPreviousPage).toBe(false);
  });

  it.each([
    [25, 25],
    [0, 0],
    [null, null],
    [undefined, null],
    [-1, null],
    ["many", null],
  ])("has the count %j as a total of %j", async (count, totalCount) => {
    const { page } = await pageOf({ results: [], count });

    expect(page.totalCount).toBe(totalCount);
  });

  it.each([
    ["no results", {}],
    ["results that are no list", { results: {} }],
  ])("is malformed with %s", async (_what, body) => {
    await expect(pageOf(body)).rejects.toMatchObject({ kind: "malformed", provider: "TRUEWORK" });
  });
});

describe("a row that can't be read", () => {
  const body = { results: [{ state: "completed" }, ...records("Vr1")], next: "https://api.example.com/next" };

  it("is left out, and takes nothing else with it", async () => {
    const { page, context } = await pageOf(body);

    expect(page.edges.map(({ node }) => node.id)).toEqual(["Vr1"]);
    expect((context as unknown as { errorLog: unknown[] }).errorLog).toHaveLength(1);
  });

  it("keeps its place, so that the next page begins where it should", async () => {
    const { page, context, requests } = await pageOf(body);

    await listVerifications({ first: 25, after: page.pageInfo.endCursor }, context);

    expect(requests[1]?.url).toContain("offset=2");
  });
});

describe("a list of verifications", () => {
  it.each([0, -1, 101])("can't be asked for %i at once", async (first) => {
    await expect(pageOf({ results: [] }, { first })).rejects.toMatchObject(badUserInput);
  });

  it.each([1, 100])("can be asked for %i at once", async (first) => {
    const { requests } = await pageOf({ results: [] }, { first });

    expect(requests[0]!.url).toContain(`limit=${first}`);
  });

  it("can't be asked for the state UNKNOWN", async () => {
    await expect(pageOf({ results: [] }, { state: "UNKNOWN" })).rejects.toMatchObject(badUserInput);
  });

  it.each([
    "nonsense",
    "0",
    cursor("verification:-1"),
    cursor("verification:1.5"),
    cursor("verification:"),
    cursor("company:1"),
    cursor("verification:12345678901"),
    cursor("verification:1&state=completed"),
  ])("can't go on behind %j", async (after) => {
    await expect(pageOf({ results: [] }, { after })).rejects.toMatchObject(badUserInput);
  });

  it("sends nothing where it was asked wrongly", async () => {
    const { context, requests } = await pageOf({ results: [] });
    requests.length = 0;

    await listVerifications({ first: 0 }, context).catch(() => null);
    await listVerifications({ first: 1, state: "UNKNOWN" }, context).catch(() => null);
    await listVerifications({ first: 1, after: "nonsense" }, context).catch(() => null);

    expect(requests).toEqual([]);
  });
});

const badUserInput = { extensions: { code: "BAD_USER_INPUT" } };

function records(...ids: string[]) {
  return ids.map((id) => aVerificationRecord({ id }));
}

function cursor(text: string): string {
  return Buffer.from(text).toString("base64url");
}

/** The first page, where the provider answers this, and the context to ask for another in. */
async function pageOf(body: object, request: Partial<VerificationListRequest> = {}) {
  const { truework, requests } = await providersAnswering(answerJson(body));
  const context: VerificationContext = {
    ...aSpendingRequest(),
    truework,
    verifications: createVerificationLoader(verificationsOf(truework)),
  };
  return { page: await listVerifications({ first: 25, ...request }, context), context, requests };
}
