import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Graph, type SandboxGraph, startGraph, startSandboxGraph } from "../support/graph.ts";

const secret = "a-router-secret-of-tests";
const asJson = { "content-type": "application/json" };
const origin = "https://studio.apollographql.com";
const mutation = 'mutation { refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "a" }) { __typename } }';

let graph: SandboxGraph;
let guarded: Graph;
beforeAll(async () => {
  [graph, guarded] = await Promise.all([startSandboxGraph(), startGraph({ environment: { ROUTER_SECRET: secret } })]);
});
afterAll(() => Promise.all([graph.close(), guarded.close()]));

const ofPost = (payload: object | string, headers: Record<string, string> = asJson): InjectOptions => ({
  method: "POST",
  url: "/graphql",
  payload,
  headers,
});
const ofGet = (query: string): InjectOptions => ({
  method: "GET",
  url: `/graphql?query=${encodeURIComponent(query)}`,
  headers: { "apollo-require-preflight": "true" },
});
const persisted = { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } };

const responses: [what: string, request: InjectOptions, status: number][] = [
  ["a query", ofPost({ query: '{ company(id: "6510") { name } }' }), 200],
  ["a query by GET", ofGet('{ company(id: "6510") { name } }'), 200],
  ["a query for nobody's data", ofPost({ query: "{ __schema { queryType { name } } }" }), 200],
  ["a mutation", ofPost({ query: mutation }), 200],
  ["a field that failed", ofPost({ query: '{ company(id: "80500") { name } }' }), 200],
  ["an invalid query", ofPost({ query: "{ nothing }" }), 400],
  ["a persisted query, which there is none of", ofPost({ extensions: persisted }), 200],
  ["a mutation by GET", ofGet(mutation), 405],
  ["a cross-site request", { method: "GET", url: "/graphql?query=%7B__typename%7D" }, 400],
  ["what is too much", ofPost({ query: `{ ${"__typename ".repeat(60)} }` }), 400],
  ["broken JSON", ofPost("{"), 400],
  ["another content type", ofPost("<a/>", { "content-type": "application/xml" }), 415],
  [
    "a preflight",
    { method: "OPTIONS", url: "/graphql", headers: { origin, "access-control-request-method": "POST" } },
    204,
  ],
  ["health", { method: "GET", url: "/health/live" }, 200],
  ["what is not ready", { method: "GET", url: "/health/ready" }, 503],
  ["the explorer's page", { method: "GET", url: "/" }, 200],
  ["what is not there", { method: "GET", url: "/nothing" }, 404],
  ["an address that can't be read", { method: "GET", url: "/%" }, 400],
];

describe("Cache-Control", () => {
  it.each(responses)("is no-store on %s", async (_, request, status) => {
    const response = await graph.server.inject(request);

    expect([response.statusCode, response.headers["cache-control"]]).toEqual([status, "no-store"]);
  });

  it("is no-store for somebody nobody knows", async () => {
    const response = await guarded.server.inject(ofPost({ query: "{ __typename }" }));

    expect([response.statusCode, response.headers["cache-control"]]).toEqual([401, "no-store"]);
  });

  it("lets a browser keep GraphiQL for an hour, the one page that is large and nobody's data", async () => {
    const response = await graph.server.inject({ method: "GET", url: "/graphiql" });

    expect([response.statusCode, response.headers["cache-control"]]).toEqual([200, "private, max-age=3600"]);
  });
});

describe("x-request-id", () => {
  it.each(responses)("is on %s", async (_, request) => {
    expect((await graph.server.inject(request)).headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  const given = "0123abcd-89ab-4def-8123-456789abcdef";
  const idOf = async ({ server }: Graph, headers: Record<string, string>) =>
    (await server.inject(ofPost({ query: "{ __typename }" }, { ...asJson, ...headers }))).headers["x-request-id"];

  it.each([given, given.replaceAll("-", ""), given.toUpperCase()])(
    "is the router's own where it gives a UUID or 32 hex digits: %s",
    async (id) => {
      expect(await idOf(guarded, { "x-request-id": id, "router-authorization": secret })).toBe(id);
      expect(await idOf(graph, { "x-request-id": id })).toBe(id);
    },
  );

  it("is not for one to give who does not show the router's secret", async () => {
    const ids = [
      await idOf(guarded, { "x-request-id": given }),
      await idOf(guarded, { "x-request-id": given, "router-authorization": "a-guessed-secret-of-tests" }),
    ];

    expect(ids).not.toContain(given);
  });

  it.each([
    "short",
    `${given}0`,
    "jamie@example.com",
    `${given}\tx`,
    "0123abcd89ab-4def-8123-456789abcdef",
    "x".repeat(5000),
  ])("is a new one where something else is given: %s", async (id) => {
    expect(await idOf(graph, { "x-request-id": id })).not.toBe(id);
  });

  it("given by a router stands in the errors and in the log", async () => {
    const request = ofPost({ query: '{ company(id: "80503") { name } }' }, { ...asJson, "x-request-id": given });

    const response = await graph.server.inject(request);

    expect(response.json().errors).toMatchObject([{ extensions: { requestId: given } }]);
    expect(graph.logged()).toContain(`"requestId":"${given}"`);
  });
});
