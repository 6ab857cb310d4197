import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keepingCopies } from "../support/graph.ts";
import { type GuardedGraph, startGuardedGraph } from "../support/guarded-graph.ts";

// The probes of https://github.com/dolevf/graphql-cop, each with what it takes for a finding. They are sent with a good
// token, so that what is tested is the server and not its lock.

let graph: GuardedGraph;
beforeAll(async () => {
  graph = await startGuardedGraph({ ...keepingCopies, NODE_ENV: "production", DATABASE_URL: "file::memory:" });
});
beforeEach(() => graph.startOver());
afterAll(async () => {
  await graph.close();
});

const repeat = (count: number, write: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => write(i)).join(" ");
const form = { "content-type": "application/x-www-form-urlencoded" };

const post = async (
  payload: string | object,
  headers: Record<string, string> = { "content-type": "application/json" },
) =>
  graph.server.inject({
    method: "POST",
    url: "/graphql",
    headers: { ...headers, ...(await graph.headersOf()) },
    payload,
  });
const get = async (url: string, headers: Record<string, string> = {}) =>
  graph.server.inject({ method: "GET", url, headers: { ...headers, ...(await graph.headersOf()) } });

const dataOf = (answer: { body: string; json(): { data?: object } | object[] }) => {
  const told = answer.body.startsWith("{") ? (answer.json() as { data?: object }) : {};
  return told.data ?? undefined;
};

describe("graphql-cop's probes find in production", () => {
  it("no alias overloading", async () => {
    const answer = await post({ query: `query cop { ${repeat(101, (i) => `alias${i}: __typename`)} }` });

    expect([answer.statusCode, dataOf(answer)]).toEqual([400, undefined]);
  });

  it("no array batching", async () => {
    const answer = await post(Array.from({ length: 10 }, () => ({ query: "query cop { __typename }" })));

    expect([answer.statusCode, Array.isArray(answer.json())]).toEqual([400, false]);
  });

  it("no field duplication", async () => {
    const answer = await post({ query: `query cop { ${repeat(500, () => "__typename")} }` });

    expect([answer.statusCode, dataOf(answer)]).toEqual([400, undefined]);
  });

  it("no directive overloading", async () => {
    const answer = await post({ query: `query cop { __typename ${"@aa".repeat(10)} }` });
    const many = await post({ query: `query cop { __typename ${"@aa".repeat(100)} }` });

    // Ten errors would be the finding: it means that each directive is looked at.
    expect(answer.json().errors.length).toBeLessThan(10);
    expect(many.json().errors).toMatchObject([{ extensions: { code: "OPERATION_TOO_LARGE" } }]);
  });

  it("no circular introspection", async () => {
    const circular =
      "query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }";
    const answer = await post({ query: circular });

    expect([answer.statusCode, dataOf(answer)]).toEqual([400, undefined]);
  });

  it("no introspection", async () => {
    for (const query of [
      "query cop { __schema { types { name fields { name } } } }",
      '{ __type(name: "Company") { name } }',
      getIntrospectionQuery(),
    ]) {
      expect(dataOf(await post({ query }))).toBeUndefined();
    }
  });

  it("no query by GET without a preflight", async () => {
    for (const headers of [{}, { "content-type": "text/plain" }, form]) {
      const answer = await get(`/graphql?query=${encodeURIComponent("query cop { __typename }")}`, headers);

      expect([answer.statusCode >= 400, dataOf(answer)]).toEqual([true, undefined]);
    }
  });

  it("no mutation by GET", async () => {
    const mutation =
      'mutation { refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "cop" }) { __typename } }';
    for (const query of [mutation, "mutation cop { __typename }"]) {
      const answer = await get(`/graphql?query=${encodeURIComponent(query)}`, { "apollo-require-preflight": "1" });

      expect([answer.statusCode, dataOf(answer)]).toEqual([405, undefined]);
    }
    expect([graph.calls(), await graph.charged()]).toEqual([[], { providers: 0, ledger: 0 }]);
  });

  it("no POST as a form", async () => {
    const query = encodeURIComponent("query cop { __typename }");
    for (const headers of [form, { ...form, "apollo-require-preflight": "1" }]) {
      const answer = await post(`query=${query}`, headers);

      expect([answer.statusCode, dataOf(answer)]).toEqual([415, undefined]);
    }
  });

  it("no field suggestions", async () => {
    for (const query of [
      "query cop { compan }",
      '{ company(id: "1") { nam } }',
      '{ company(idd: "1") { name } }',
      "{ verifications(state: COMPLETE) { totalCount } }",
      "{ ... on Compan { name } }",
      'mutation { refreshCompanyReport(input: { companyIdd: "1" }) { __typename } }',
    ]) {
      const answer = await post({ query });

      expect(answer.json().errors.length).toBeGreaterThan(0);
      expect(answer.body).not.toMatch(/did you mean/i);
    }
  });

  it("no field suggestions for variables", async () => {
    const query =
      "query($state: VerificationState, $filter: ProviderChargeFilter) { verifications(state: $state) { totalCount } providerCharges(filter: $filter) { edges { cursor } } }";
    for (const variables of [{ state: "COMPLETE" }, { filter: { stat: "CHARGED" } }, { filter: { state: "CHARGE" } }]) {
      const answer = await post({ query, variables });

      expect(answer.json().errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
      expect(answer.body).not.toMatch(/did you mean/i);
    }
  });

  it("no GraphiQL and no other page", async () => {
    for (const url of ["/", "/graphql", "/graphiql", "/playground", "/console", "/altair", "/voyager"]) {
      const answer = await get(url, { accept: "text/html" });

      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.headers["content-type"]).not.toContain("html");
      expect(answer.body).not.toMatch(/graphiql|playground|explorer|sandbox/i);
    }
  });

  it("no trace mode", async () => {
    const answer = await post(
      { query: "query cop { __typename }" },
      {
        "content-type": "application/json",
        "apollo-federation-include-trace": "ftv1",
        "x-apollo-tracing": "1",
        "apollo-tracing": "1",
      },
    );

    expect(answer.json()).toEqual({ data: { __typename: "Query" } });
  });

  it("no details of unhandled errors", async () => {
    for (const payload of [
      { query: "qwerty cop { abc }" },
      { query: '{ company(id: "80500") { id } }' },
      { query: "{ nothing }" },
      "{",
      { query: 7 },
    ]) {
      const answer = await post(payload);

      expect(answer.json().errors.length).toBeGreaterThan(0);
      expect(answer.body).not.toMatch(/exception|stack|\.[jt]s:\d|node_modules|\bat \w+ \(/i);
    }
  });
});

describe("in production", () => {
  it("a router still gets the SDL", async () => {
    expect((await graph.ask("{ _service { sdl } }")).data._service.sdl).toContain("type Company");
  });
});
