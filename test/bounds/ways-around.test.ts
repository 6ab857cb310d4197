import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GuardedGraph, startGuardedGraph } from "../support/guarded-graph.ts";

let graph: GuardedGraph;
beforeAll(async () => {
  graph = await startGuardedGraph();
});
beforeEach(() => graph.startOver());
afterAll(() => graph.close());

const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, i) => `a${i}: __typename`).join(" ")} }`;
const paid = (count: number) =>
  `mutation { ${Array.from({ length: count }, (_, i) => `a${i}: refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "way-${i}" }) { __typename }`).join(" ")} }`;
const persisted = (query: string) => ({
  persistedQuery: { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") },
});
const codesOf = (answer: { json(): { errors?: { extensions: { code: string } }[] } }) =>
  (answer.json().errors ?? []).map(({ extensions }) => extensions.code);

describe("a persisted query", () => {
  it.each([aliases(51), paid(6)])(
    "that is too large is not kept, and can't be asked for by its hash",
    async (query) => {
      const extensions = persisted(query);

      const registered = await graph.post({ query, extensions });
      const byHash = await graph.post({ extensions });
      const byHashInGet = await graph.get({ extensions: JSON.stringify(extensions) });

      expect(codesOf(registered)[0]).toMatch(/^(OPERATION_TOO_LARGE|TOO_MANY_PAID_FIELDS)$/);
      for (const answer of [byHash, byHashInGet]) expect(answer.json().data).toBeUndefined();
      expect([graph.calls(), await graph.charged()]).toEqual([[], { providers: 0, ledger: 0 }]);
    },
  );

  it("is not kept at all: every request brings its text", async () => {
    const query = "{ __typename }";

    for (const body of [{ query, extensions: persisted(query) }, { extensions: persisted(query) }]) {
      expect(codesOf(await graph.post(body))).toEqual(["PERSISTED_QUERY_NOT_SUPPORTED"]);
    }
  });
});

describe("a batch", () => {
  it.each([
    ["of one", [{ query: paid(1) }]],
    ["of many", Array.from({ length: 20 }, () => ({ query: paid(1) }))],
    ["of none", []],
  ])("%s is refused, and nothing in it is done", async (_, batch) => {
    const answer = await graph.post(batch);

    expect([answer.statusCode, answer.json().data]).toEqual([400, undefined]);
    expect([graph.calls(), await graph.charged()]).toEqual([[], { providers: 0, ledger: 0 }]);
  });
});

describe("GET", () => {
  const getRaw = async (search: string) =>
    graph.server.inject({
      method: "GET",
      url: `/graphql?${search}`,
      headers: { "apollo-require-preflight": "1", ...(await graph.headersOf()) },
    });

  it("with bytes that are no text is read once, and by the bounds too", async () => {
    const answer = await getRaw(`query=${encodeURIComponent(`${aliases(51)} # `)}%FF`);

    expect(codesOf(answer)).toEqual(["OPERATION_TOO_LARGE"]);
  });

  it.each([
    ["a name that is encoded", `%71uery=${encodeURIComponent(aliases(51))}`],
    ["blanks as plus signs", `query=${aliases(51).replaceAll(" ", "+")}`],
  ])("with %s is held against the bounds", async (_, search) => {
    expect(codesOf(await getRaw(search))).toEqual(["OPERATION_TOO_LARGE"]);
  });

  it.each([
    ["the query given twice", `query=${encodeURIComponent("{ __typename }")}&query=${encodeURIComponent(aliases(51))}`],
    ["the variables given twice", `query=${encodeURIComponent("{ __typename }")}&variables={}&variables={}`],
    ["variables that are no JSON", `query=${encodeURIComponent("{ __typename }")}&variables={`],
    ["variables that are a list", `query=${encodeURIComponent("{ __typename }")}&variables=[]`],
  ])("with %s is refused", async (_, search) => {
    const answer = await getRaw(search);

    expect([answer.statusCode, answer.json().data]).toEqual([400, undefined]);
  });

  it("takes a long but shallow list of variables", async () => {
    const ids = Array.from({ length: 100 }, (_, i) => String(1_000_000_000 + i).padEnd(100, "x"));
    const query = "query($ids: [ID!]!) { companies(ids: $ids) { id } }";

    expect((await graph.get({ query, variables: JSON.stringify({ ids }) })).json().errors).toBeUndefined();
  });

  it("runs no mutation", async () => {
    const answer = await graph.get({ query: paid(1) });

    expect([answer.statusCode, answer.headers.allow]).toEqual([405, "POST"]);
    expect([graph.calls(), await graph.charged()]).toEqual([[], { providers: 0, ledger: 0 }]);
  });

  it("runs no mutation of a document that has a query too", async () => {
    const answer = await graph.get({
      query: `query Free { __typename } ${paid(1).replace("mutation", "mutation Paid")}`,
      operationName: "Paid",
    });

    expect(answer.statusCode).toBe(405);
    expect(graph.calls()).toEqual([]);
  });
});

describe("another method", () => {
  it.each(["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"] as const)("runs nothing: %s", async (method) => {
    const url = `/graphql?query=${encodeURIComponent('{ company(id: "6510") { id } }')}`;
    const answer = await graph.server.inject({
      method,
      url,
      headers: { "apollo-require-preflight": "1", ...(await graph.headersOf()) },
    });

    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(graph.calls()).toEqual([]);
  });
});

describe("a Host that is none", () => {
  it.each(["[", "a b", "a:b:c", "%"])("is the client's mistake, not ours: %o", async (host) => {
    const answer = await graph.server.inject({
      method: "POST",
      url: "/graphql",
      headers: { "content-type": "application/json", ...(await graph.headersOf()), host },
      payload: { query: "{ __typename }" },
    });

    expect(answer.statusCode).toBeLessThan(500);
  });
});

describe("a literal with variables in it", () => {
  const requesting = (metadata: string) =>
    `mutation($v: JSONObject) { requestBusinessCreditReport(input: { companyNumber: "99000010", subjectConsent: true, idempotencyKey: "way", metadata: ${metadata} }) { __typename } }`;
  const nested = (levels: number): object => (levels <= 1 ? {} : { a: nested(levels - 1) });
  const often = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: $v`).join(" ");

  it.each([
    ["members", `{ ${often(10)} }`, { a: Array(19_000).fill("x") }],
    ["levels", `${"{a:".repeat(8)}$v${"}".repeat(8)}`, nested(9)],
    ["characters", `{ ${often(600)} }`, { a: "x".repeat(5_000) }],
  ])("is measured with what they stand for: %s", async (_, metadata, v) => {
    const answer = await graph.post({ query: requesting(metadata), variables: { v } });

    expect(codesOf(answer)).toEqual(["OPERATION_TOO_LARGE"]);
    expect([graph.calls(), await graph.charged()]).toEqual([[], { providers: 0, ledger: 0 }]);
  });

  it("may be within the bounds", async () => {
    const answer = await graph.post({ query: requesting("{ of: $v, again: $v }"), variables: { v: { a: "b" } } });

    expect(codesOf(answer)).toEqual([]);
  });
});

describe("a text without quotes", () => {
  const long = 6_000;
  const metadata = (literal: string) =>
    `mutation { requestBusinessCreditReport(input: { companyNumber: "99000010", subjectConsent: true, idempotencyKey: "way", metadata: ${literal} }) { __typename } }`;

  it.each([
    ["a member's name", metadata(`{ ${"n".repeat(long)}: 1 }`)],
    ["an enum value", metadata(`{ a: ${"E".repeat(long)} }`)],
    ["a number", `{ providerCharge(id: ${"1".repeat(long)}) { id } }`],
    ["an alias", `{ ${"a".repeat(long)}: __typename }`],
  ])("is refused where it is longer than any text may be: %s", async (_, query) => {
    expect(codesOf(await graph.post({ query }))).toEqual(["OPERATION_TOO_LARGE"]);
  });

  it("that names the operation may be no longer, and is not repeated", async () => {
    const query = "query A { __typename }";

    expect(codesOf(await graph.post({ query, operationName: "x".repeat(long) }))).toEqual(["OPERATION_TOO_LARGE"]);
    expect((await graph.post({ query, operationName: "Planted words" })).body).not.toContain("Planted");
  });
});

describe("a subscription", () => {
  it("is the client's mistake", async () => {
    const answer = await graph.post({ query: "subscription { __typename }" });

    expect([answer.statusCode, codesOf(answer)]).toEqual([400, ["BAD_USER_INPUT"]]);
  });
});

describe("lookups", () => {
  const query = "query($a: [ID!]!, $b: [ID!]!) { a: companies(ids: $a) { id } b: companies(ids: $b) { id } }";
  const ids = (from: number) => Array.from({ length: 5 }, (_, i) => String(6510 + from + i));

  it("are bounded for the request as a whole: what is beyond fails alone, and costs no call", async () => {
    const bounded = await startGuardedGraph({ MAX_LOOKUPS: "7" });

    const answer = await bounded.post({ query, variables: { a: ids(0), b: ids(5) } });

    expect(codesOf(answer)).toEqual(Array(3).fill("OPERATION_TOO_LARGE"));
    expect(bounded.calls()).toHaveLength(7);
    await bounded.close();
  });

  it("of one entity count once", async () => {
    const bounded = await startGuardedGraph({ MAX_LOOKUPS: "5" });

    const answer = await bounded.post({ query, variables: { a: ids(0), b: ids(0) } });

    expect([codesOf(answer), bounded.calls().length]).toEqual([[], 5]);
    await bounded.close();
  });
});
