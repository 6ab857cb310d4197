import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { type GuardedGraph, startGuardedGraph } from "../support/guarded-graph.ts";

const secret = "the-router-s-secret";
const next = "the-router-s-next-one";

let graph: GuardedGraph;
beforeAll(async () => {
  graph = await startGuardedGraph({ ROUTER_SECRET: `${secret}, ${next}` });
});
beforeEach(() => graph.startOver());
afterAll(() => graph.close());

const send = async (query: string, headers: Record<string, string>) => {
  const response = await graph.server.inject({
    method: "POST",
    url: "/graphql",
    headers: { "content-type": "application/json", ...headers },
    payload: { query },
  });
  return { status: response.statusCode, ...response.json() };
};
const sdl = "{ _service { sdl } }";
const company = '{ company(id: "6510") { id } }';
const unauthenticated = { status: 401, errors: [{ extensions: { code: "UNAUTHENTICATED" } }] };

describe("a request that did not come through the router", () => {
  it.each([
    ["no secret", {}],
    ["an empty one", { "router-authorization": "" }],
    ["another one", { "router-authorization": "another-secret-altogether" }],
    ["a part of it", { "router-authorization": secret.slice(0, -1) }],
    ["more than it", { "router-authorization": `${secret}x` }],
    ["both of two", { "router-authorization": `${secret}, ${next}` }],
    ["it in another case", { "router-authorization": secret.toUpperCase() }],
  ])("for it has %s is UNAUTHENTICATED, whatever its token", async (_, headers) => {
    for (const query of [sdl, company]) {
      expect(await send(query, { ...headers, ...(await graph.headersOf()) } as never)).toMatchObject(unauthenticated);
    }
    expect(graph.calls()).toEqual([]);
  });
});

describe("while the secret is being replaced", () => {
  it.each([secret, next])("either one is good: %s", async (given) => {
    const headers = { ...(await graph.headersOf()), "router-authorization": given };

    expect(await send(company, headers)).toEqual({ status: 200, data: { company: { id: "6510" } } });
  });
});

describe("the router's secret alone", () => {
  const alone = { "router-authorization": secret };

  it.each([
    sdl,
    "query Sdl { _service { sdl } }",
    "{ schema: _service { text: sdl } }",
    "{ a: _service { sdl } b: _service { __typename } }",
  ])("is enough for the SDL: %s", async (query) => {
    const { status, data } = await send(query, alone);

    expect(status).toBe(200);
    expect(JSON.stringify(data)).toContain("type Company");
  });

  it.each([
    ["another field", company],
    ["another field beside it", '{ _service { sdl } company(id: "6510") { id } }'],
    ["another field under its name", '{ _service: company(id: "6510") { id } }'],
    [
      "another field in a fragment",
      '{ _service { sdl } ...More } fragment More on Query { company(id: "6510") { id } }',
    ],
    ["another field in an inline fragment", '{ _service { sdl } ... { company(id: "6510") { id } } }'],
    ["another field that is not included", '{ _service { sdl } company(id: "6510") @include(if: false) { id } }'],
    ["it in a fragment", "{ ...Sdl } fragment Sdl on Query { _service { sdl } }"],
    ["the type's name", "{ __typename }"],
    ["introspection", "{ __schema { queryType { name } } }"],
    ["entities", '{ _entities(representations: [{ __typename: "Company", id: "6510" }]) { __typename } }'],
    [
      "a paid mutation",
      'mutation { refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "a" }) { __typename } }',
    ],
    [
      "a mutation called like it",
      'mutation { _service: refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "a" }) { __typename } }',
    ],
  ])("is not enough for %s", async (_, query) => {
    expect(await send(query, alone)).toMatchObject(unauthenticated);
    expect(graph.calls()).toEqual([]);
  });

  it("is not enough for another operation of the same document", async () => {
    const response = await graph.server.inject({
      method: "POST",
      url: "/graphql",
      headers: { "content-type": "application/json", ...alone },
      payload: { query: `query Sdl ${sdl} query Other ${company}`, operationName: "Other" },
    });

    expect([response.statusCode, response.json().errors[0].extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
  });

  it("with a bad token beside it is UNAUTHENTICATED", async () => {
    expect(await send(sdl, { ...alone, authorization: "Bearer garbage" })).toMatchObject(unauthenticated);
  });
});

describe("without a ROUTER_SECRET", () => {
  it("the SDL needs a token like everything else", async () => {
    const open = await startGuardedGraph();
    const inject = (headers: Record<string, string>) =>
      open.server.inject({ method: "POST", url: "/graphql", headers, payload: { query: sdl } });

    const [without, withToken] = [await inject({}), await inject(await open.headersOf({ scopes: [] }))];
    await open.close();

    expect([without.statusCode, without.json().errors[0].extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
    expect(withToken.json().data._service.sdl).toContain("type Company");
  });
});

describe("ROUTER_SECRET", () => {
  it("may be given without tokens, in front of the sandbox", () => {
    expect(readConfig({ ROUTER_SECRET: secret }).routerSecrets).toEqual([secret]);
  });

  it.each(["short", `${secret},short`, `${secret},`, ",", "with blanks in between it", "ключ-ключ-ключ-ключ"])(
    "can't be %o",
    (given) => {
      expect(() => readConfig({ ROUTER_SECRET: given })).toThrow(
        "ROUTER_SECRET: expected at least 16 visible ASCII characters, or two such secrets with a comma between them",
      );
    },
  );
});
