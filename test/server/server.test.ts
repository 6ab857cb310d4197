import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Graph, type SandboxGraph, startGraph, startSandboxGraph } from "../support/graph.ts";

const anId = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const asJson = { "content-type": "application/json" };
const preflighted = { "apollo-require-preflight": "true" };
const refresh = 'mutation { refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "a" }) { __typename } }';

let graph: SandboxGraph;
beforeAll(async () => {
  graph = await startSandboxGraph();
});
beforeEach(() => graph.startOver());
afterAll(() => graph.close());

const request = (options: InjectOptions) => graph.server.inject({ url: "/graphql", ...options });
const get = (query: string, headers = {}) =>
  request({ method: "GET", url: `/graphql?query=${encodeURIComponent(query)}`, headers });
const post = (payload: string | object, headers: Record<string, string> = asJson) =>
  request({ method: "POST", payload, headers });

describe("/graphql", () => {
  it("answers a query by POST", async () => {
    const response = await post({ query: '{ company(id: "6510") { name } }' });

    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ data: { company: { name: "Larkspur Example Trading Limited" } } });
  });

  it("answers a query by GET", async () => {
    const response = await get('{ company(id: "6510") { id } }', preflighted);

    expect([response.statusCode, response.json()]).toEqual([200, { data: { company: { id: "6510" } } }]);
  });

  it("refuses a mutation by GET, and nothing is charged", async () => {
    const response = await get(refresh, preflighted);

    expect([response.statusCode, response.headers.allow]).toEqual([405, "POST"]);
    expect(graph.sandbox.credas.calls()).toEqual([]);
  });

  it.each([
    ["an answer", { method: "POST", url: "/graphql", payload: { query: "{ __typename }" } }],
    [
      "what could not be read",
      { method: "POST", url: "/graphql", payload: "{", headers: { "content-type": "application/json" } },
    ],
    ["nothing there", { method: "GET", url: "/nowhere" }],
    ["health", { method: "GET", url: "/health/live" }],
  ] as const)("lets nobody keep %s", async (_, request) => {
    expect((await graph.server.inject(request)).headers["cache-control"]).toBe("no-store");
  });

  it("tells no stack trace", async () => {
    const { body } = await post({ query: '{ company(id: "80500") { id } }' });

    expect(body).toContain("PROVIDER_UNAVAILABLE");
    expect(body).not.toMatch(/stack|\.ts:|\.js:/);
  });
});

describe("cross-site requests", () => {
  it("by GET are refused without a header that makes browsers ask first", async () => {
    const response = await get("{ __typename }");

    expect(response.statusCode).toBe(400);
    expect(response.json().errors[0].message).toContain("CSRF");
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "as %s, which browsers send without asking, are refused and nothing is charged",
    async (type) => {
      const response = await post(JSON.stringify({ query: refresh }), { "content-type": type });

      expect(response.statusCode).toBeGreaterThanOrEqual(400);
      expect(response.statusCode).toBeLessThan(500);
      expect(response.json()).toEqual({ errors: [expect.objectContaining({ message: expect.any(String) })] });
      expect(graph.sandbox.credas.calls()).toEqual([]);
    },
  );
});

describe("a request that can't be read", () => {
  const refused = (code: string, message: string) => ({ errors: [{ message, extensions: { code, requestId: anId } }] });
  const unreadable = refused("BAD_REQUEST", "The request could not be read: expected GraphQL as JSON.");
  const ofBytes = (bytes: number) => {
    const [start, end] = ['{"query":"{ __typename }","padding":"', '"}'];
    return `${start}${"x".repeat(bytes - start.length - end.length)}${end}`;
  };

  it("is one of more than 1 MB", async () => {
    const [largest, tooLarge] = await Promise.all([post(ofBytes(1_000_000)), post(ofBytes(1_000_001))]);

    expect(largest.statusCode).toBe(200);
    expect([tooLarge.statusCode, tooLarge.json()]).toEqual([
      413,
      refused("OPERATION_TOO_LARGE", "Expected a smaller request body."),
    ]);
  });

  it.each([
    ["broken JSON", "{"],
    ["an empty body", ""],
  ])("is one with %s", async (_, body) => {
    const response = await post(body);

    expect([response.statusCode, response.json()]).toEqual([400, unreadable]);
  });

  it.each(["application/xml", "application/octet-stream", "application/x-www-form-urlencoded"])(
    "is one with the content type %s",
    async (type) => {
      const response = await post('{"query":"{ __typename }"}', { "content-type": type });

      expect([response.statusCode, response.json()]).toEqual([415, unreadable]);
    },
  );

  it("is none with a key that would change prototypes, and it changes none", async () => {
    const response = await post('{"query":"{ __typename }","__proto__":{"a":1},"variables":{"__proto__":{"a":1}}}');

    expect([response.statusCode, response.json()]).toEqual([200, { data: { __typename: "Query" } }]);
    expect(Object.prototype).not.toHaveProperty("a");
  });

  it("does not get its own words back", async () => {
    const response = await post('{"query": confidential-4711');

    expect(response.statusCode).toBe(400);
    expect(response.body).not.toContain("4711");
    expect(graph.logged()).not.toContain("confidential-4711");
  });

  it.each([
    ["without a query", {}],
    ["with variables that are no object", { query: "{ __typename }", variables: "a" }],
  ])("is GraphQL's to refuse %s", async (_, body) => {
    const response = await post(body);

    expect(response.statusCode).toBe(400);
    expect(response.json().errors).toMatchObject([{ extensions: { code: "BAD_REQUEST" } }]);
  });
});

describe("a batch", () => {
  it("is refused, and nothing in it is done", async () => {
    const response = await post([{ query: refresh }, { query: refresh }]);

    expect(response.statusCode).toBe(400);
    expect(response.json().errors[0].message).toContain("batching");
    expect(graph.sandbox.credas.calls()).toEqual([]);
  });
});

describe("x-request-id", () => {
  it.each([
    ["a lookup that failed", { query: '{ company(id: "80500") { id } }' }],
    ["an invalid query", { query: "{ nothing }" }],
    ["broken syntax", { query: "{" }],
    ["broken JSON", "{"],
  ])("is the requestId in the errors of %s", async (_, body) => {
    const response = await post(body);

    expect(response.headers["x-request-id"]).toEqual(anId);
    expect(response.json().errors[0].extensions.requestId).toBe(response.headers["x-request-id"]);
  });

  it("is another one each time, and not the caller's to choose", async () => {
    const chosen = { ...asJson, "x-request-id": "chosen", "request-id": "chosen" };

    const ids = await Promise.all([1, 2].map(async () => (await post({}, chosen)).headers["x-request-id"]));

    expect(ids).toEqual([anId, anId]);
    expect(new Set(ids).size).toBe(2);
  });

  it.each(["/health/live", "/nothing", "/"])("is there for %s too", async (url) => {
    expect((await request({ method: "GET", url })).headers["x-request-id"]).toEqual(anId);
  });

  it("finds the request in the log", async () => {
    const { headers } = await post({ query: "{ __typename }" });

    const id = headers["x-request-id"];
    const line = graph
      .logged()
      .split("\n")
      .find((text) => text.includes(`"requestId":"${id}"`));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ method: "POST", route: "/graphql", status: 200, msg: "request" });
  });

  it("stands in the log without the query's text or variables", async () => {
    const query = "query Find($id: ID!) { aliased4711: company(id: $id) { id } }";

    await post({ query, variables: { id: "48159162342" } });
    await get('{ aliased4712: company(id: "6510") { id } }', preflighted);

    expect(graph.logged()).not.toMatch(/aliased471|48159162342/);
  });
});

describe("CORS", () => {
  const explorers = [
    "https://studio.apollographql.com",
    "https://explorer.embed.apollographql.com",
    "https://sandbox.embed.apollographql.com",
  ];
  const foreign = [
    "https://evil.example",
    "http://studio.apollographql.com",
    "https://studio.apollographql.com.evil.example",
    "https://studio.apollographql.com:8443",
    "null",
  ];
  const preflight = (origin: string) =>
    request({
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
    });

  it.each(explorers)("lets %s in", async (origin) => {
    const [asked, answered] = [await preflight(origin), await post({ query: "{ __typename }" }, { ...asJson, origin })];

    expect(asked.statusCode).toBe(204);
    expect(asked.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "content-type",
    });
    expect(answered.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "x-request-id",
      vary: "Origin",
    });
  });

  it.each(foreign)("does not let %s in", async (origin) => {
    const [asked, answered] = [await preflight(origin), await post({ query: "{ __typename }" }, { ...asJson, origin })];

    expect(asked.headers).not.toHaveProperty("access-control-allow-origin");
    expect(answered.headers).not.toHaveProperty("access-control-allow-origin");
  });

  it("never allows credentials", async () => {
    expect((await preflight(explorers[0] ?? "")).headers).not.toHaveProperty("access-control-allow-credentials");
  });
});

describe("what is not there", () => {
  it.each([
    ["GET", "/nothing"],
    ["POST", "/graphql/more"],
    ["PUT", "/graphql"],
    ["DELETE", "/graphql"],
    ["POST", "/"],
  ] as const)("is 404: %s %s", async (method, url) => {
    expect((await request({ method, url })).statusCode).toBe(404);
  });
});

describe("health", () => {
  it("is live before it listens, and not ready", async () => {
    const live = await request({ method: "GET", url: "/health/live" });
    const ready = await request({ method: "GET", url: "/health/ready" });

    expect([live.statusCode, live.json()]).toEqual([200, { status: "ok" }]);
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: "not ready" }]);
  });

  it("is ready as soon as it listens", async () => {
    const listening = await startGraph();
    const address = await listening.server.listen({ host: "127.0.0.1", port: 0 });

    const response = await fetch(`${address}/health/ready`);
    const body = await response.json();
    await listening.close();

    expect([response.status, body]).toEqual([200, { status: "ok" }]);
  });

  it("costs no call to a provider", async () => {
    await request({ method: "GET", url: "/health/ready" });

    const { credas, truework, youverify } = graph.sandbox;
    expect([credas, truework, youverify].flatMap((provider) => provider.calls())).toEqual([]);
  });
});

describe("/", () => {
  it("opens the explorer on this service in sandbox mode", async () => {
    const page = await request({ method: "GET", url: "/" });

    expect([page.statusCode, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.body).toContain("embeddable-sandbox.cdn.apollographql.com");
    expect(page.body).toContain('new URL("/graphql", window.location.href)');
  });

  it("opens with a query that is valid and free", async () => {
    const page = await request({ method: "GET", url: "/" });
    const options = JSON.parse(/const options = (.*);/.exec(page.body)?.[1] ?? "{}");

    const { data, errors } = await graph.ask(options.initialState.document);

    expect(errors).toBeUndefined();
    expect(data.company.report.directors.length).toBeGreaterThan(0);
    expect(graph.sandbox.credas.charges()).toEqual([]);
  });
});

describe("in production", () => {
  let production: Graph;
  beforeAll(async () => {
    production = await startGraph({
      environment: { NODE_ENV: "production", PROVIDERS: "sandbox", DATABASE_URL: "file::memory:" },
    });
  });
  afterAll(() => production.close());

  it.each(["{ __schema { queryType { name } } }", '{ __type(name: "Company") { name } }'])(
    "the schema can't be asked for: %s",
    async (query) => {
      const { data, errors } = await production.ask(query);

      expect(data).toBeUndefined();
      expect(errors).toMatchObject([{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }]);
    },
  );

  it("a router still gets the SDL", async () => {
    expect((await production.ask("{ _service { sdl } }")).data._service.sdl).toContain("type Company");
  });

  it("a mistyped field is not told its right name", async () => {
    const typo = '{ company(id: "6510") { nam } }';

    const [there, here] = [await production.ask(typo), await graph.ask(typo)];

    expect(there.errors?.[0]?.message).toBe('Cannot query field "nam" on type "Company".');
    expect(here.errors?.[0]?.message).toContain('Did you mean "name"?');
  });

  it("there is no explorer page", async () => {
    expect((await production.server.inject({ method: "GET", url: "/" })).statusCode).toBe(404);
  });
});

describe("outside production", () => {
  it("the schema can be asked for", async () => {
    expect((await graph.ask("{ __schema { queryType { name } } }")).data.__schema.queryType.name).toBe("Query");
  });
});
