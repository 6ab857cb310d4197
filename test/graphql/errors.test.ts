import type { RequestListener } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SandboxGraph, startGraph, startSandboxGraph } from "../support/graph.ts";
import { type RecordingProvider, startRecordingProvider } from "../support/recording-provider.ts";

const lookups = [
  {
    provider: "CREDAS",
    query: "query Find($id: ID!) { found: company(id: $id) { id } }",
    idFor: (code: number) => `80${code}`,
  },
  {
    provider: "TRUEWORK",
    query: "query Find($id: ID!) { found: verification(id: $id) { id } }",
    idFor: (code: number) => `vr_sandbox_read_${code}`,
  },
  {
    provider: "YOUVERIFY",
    query: "query Find($id: ID!) { found: businessCreditReport(id: $id) { id } }",
    idFor: (code: number) => `${"0".repeat(21)}${code}`,
  },
];

const unavailable = { code: "PROVIDER_UNAVAILABLE", message: "The data provider is not available at the moment." };
const timeout = { code: "PROVIDER_TIMEOUT", message: "The data provider did not answer in time." };
const malformed = { code: "PROVIDER_MALFORMED", message: "The data provider's answer could not be used." };

const anId = expect.stringMatching(/^[0-9a-f-]{36}$/);

describe.each(lookups)("a lookup at $provider", ({ provider, query, idFor }) => {
  let graph: SandboxGraph;
  beforeAll(async () => {
    graph = await startSandboxGraph({ environment: { PROVIDER_TIMEOUT_MS: "300" } });
  });
  beforeEach(() => graph.startOver());
  afterAll(() => graph.close());

  it.each([
    ["401", 401, unavailable],
    ["403", 403, unavailable],
    ["406", 406, unavailable],
    ["429", 429, unavailable],
    ["500", 500, unavailable],
    ["502 with a web page", 502, unavailable],
    ["a reset connection", 903, unavailable],
    ["a status line that is none", 909, unavailable],
    ["a body that breaks off", 905, unavailable],
    ["no answer", 902, timeout],
    ["an answer without end", 910, timeout],
    ["400", 400, malformed],
    ["402", 402, malformed],
    ["422", 422, malformed],
    ["a redirect", 302, malformed],
    ["a web page", 904, malformed],
    ["an empty body", 906, malformed],
    ["no content", 913, malformed],
    ["a body without an id", 912, malformed],
    ["a failure with status 200", 908, malformed],
  ])("that gets %s fails with a code, the provider and the request's id", async (_, code, { message, code: ours }) => {
    const { data, errors } = await graph.ask(query, { id: idFor(code) });

    expect(data).toEqual({ found: null });
    expect(errors).toEqual([
      {
        message,
        path: ["found"],
        locations: [expect.anything()],
        extensions: { code: ours, provider, requestId: anId },
      },
    ]);
  });

  it("that finds nothing is null without an error", async () => {
    expect(await graph.ask(query, { id: idFor(404) })).toEqual({ data: { found: null } });
  });
});

describe("what a provider says", () => {
  const marker = "Provider-Words-4711";
  const spoiled: [string, RequestListener][] = [
    ["a refusal", (_, response) => json(response, 400, { message: marker, error: { message: marker } })],
    ["a server error", (_, response) => json(response, 500, { message: marker })],
    ["a web page", (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end(marker)],
    ["another shape", (_, response) => json(response, 200, { id: [marker], [marker]: marker, data: { id: marker } })],
    ["no JSON", (_, response) => void response.writeHead(200, { "content-type": "application/json" }).end(marker)],
    ["a reason phrase and headers", (_, response) => void response.writeHead(503, marker, { "x-why": marker }).end()],
    ["a broken status line", (_, response) => void response.socket?.end(`${marker}/1 200\r\n\r\n`)],
    ["a broken header", (_, response) => void response.socket?.end(`HTTP/1.1 200 OK\r\n${marker} ${marker}\r\n\r\n`)],
    ["a redirect", (_, response) => void response.writeHead(302, { location: `http://${marker}.example/` }).end()],
  ];

  let provider: RecordingProvider;
  let answer: RequestListener;
  beforeAll(async () => {
    provider = await startRecordingProvider((request, response) => answer(request, response));
  });
  afterAll(() => provider.close());

  it.each(spoiled)("as %s reaches neither an error nor the log", async (_, spoiledAnswer) => {
    answer = spoiledAnswer;
    const graph = await startGraph({ environment: environmentCalling(provider.baseUrl) });

    const answers = await Promise.all(lookups.map(({ query, idFor }) => graph.ask(query, { id: idFor(404) })));
    await graph.close();

    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code);
    expect(codes).toEqual([1, 2, 3].map(() => expect.stringMatching(/^PROVIDER_/)));
    const told = `${JSON.stringify(answers)}${graph.logged()}`;
    expect(told).not.toContain(marker);
    expect(told).not.toContain("a-secret-key");
    expect(told).not.toContain(provider.baseUrl);
  });

  it("matters as little as its address: neither an error nor the log names it", async () => {
    const { baseUrl, close } = await startRecordingProvider(() => {});
    await close();
    const graph = await startGraph({ environment: environmentCalling(baseUrl) });

    const { errors } = await graph.ask(`{ company(id: "6510") { id } }`);
    await graph.close();

    const { message, code } = unavailable;
    expect(errors).toMatchObject([{ message, extensions: { code } }]);
    expect(JSON.stringify(errors)).not.toContain(new URL(baseUrl).port);
    expect(graph.logged()).not.toContain(new URL(baseUrl).host);
  });
});

describe("the client's own mistakes", () => {
  let graph: SandboxGraph;
  beforeAll(async () => {
    graph = await startSandboxGraph();
  });
  beforeEach(() => graph.startOver());
  afterAll(() => graph.close());

  it.each([
    ["first is 0", "{ verifications(first: 0) { totalCount } }", "Expected first to be from 1 to 100, got 0."],
    ["first is 101", "{ verifications(first: 101) { totalCount } }", "Expected first to be from 1 to 100, got 101."],
    [
      "the state is UNKNOWN",
      "{ verifications(state: UNKNOWN) { totalCount } }",
      "Expected a state of the provider's, got UNKNOWN.",
    ],
    [
      "after is no cursor",
      `{ verifications(after: "elsewhere") { totalCount } }`,
      "Expected after to be a cursor of this list, got something else.",
    ],
  ])("are BAD_USER_INPUT where %s, and cost no call", async (_, query, message) => {
    const { data, errors } = await graph.ask(query);

    expect(data).toEqual({ verifications: null });
    expect(errors).toMatchObject([{ message, extensions: { code: "BAD_USER_INPUT", requestId: anId } }]);
    expect(graph.sandbox.truework.calls()).toEqual([]);
  });

  it("accept a page of 100", async () => {
    expect((await graph.ask("{ verifications(first: 100) { totalCount } }")).errors).toBeUndefined();
  });

  it("are not logged as errors", async () => {
    const before = graph.logged().length;

    await graph.ask("{ verifications(first: 0) { totalCount } }");
    await graph.ask("{ nothing }");

    expect(graph.logged().slice(before)).not.toContain('"level":50');
  });

  it.each([
    ["text for an input", 'mutation { refreshCompanyReport(input: "Planted") { __typename } }', undefined],
    ["an enum value that is none", "{ verifications(state: PLANTED) { totalCount } }", undefined],
    ["text for a number", '{ verifications(first: "Planted") { totalCount } }', undefined],
    ["a variable of another kind", "query($n: Int) { verifications(first: $n) { totalCount } }", { n: "Planted" }],
    ["broken syntax", '{ company(id: "Planted" "Planted") { id } }', undefined],
  ])("are told without the values sent: %s", async (_, query, variables) => {
    const { errors } = await graph.ask(query, variables);

    expect(errors?.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toMatch(/planted/i);
  });

  it.each([
    ["a missing variable", "query Find($id: ID!) { company(id: $id) { id } }", "BAD_USER_INPUT"],
    ["an unknown field", "{ nothing }", "GRAPHQL_VALIDATION_FAILED"],
    ["broken syntax", "{", "GRAPHQL_PARSE_FAILED"],
  ])("keep their code, with the request's id: %s", async (_, query, code) => {
    expect((await graph.ask(query)).errors).toMatchObject([{ extensions: { code, requestId: anId } }]);
  });
});

describe("an error nobody thought of", () => {
  const secret = "the clock at /etc/clock is on fire";

  it("is masked, and its cause is in the log under the same request's id", async () => {
    let looks = 0;
    const graph = await startSandboxGraph({
      now: () => {
        looks += 1;
        // The first look tells when the request arrived.
        if (looks > 1) throw new Error(secret);
        return Date.now();
      },
    });

    const { data, errors } = await graph.ask(`{
      broken: verification(id: "vr_sandbox_completed_one_report") { reverification { verdict } }
      company(id: "6510") { id }
    }`);
    await graph.close();

    expect(data).toEqual({ broken: null, company: { id: "6510" } });
    expect(errors).toMatchObject([
      { message: "Something went wrong on our side.", extensions: { code: "INTERNAL_SERVER_ERROR", requestId: anId } },
    ]);
    expect(JSON.stringify(errors)).not.toContain("clock");
    const line = linesOf(graph.logged()).find(({ err }) => err !== undefined);
    expect(line).toMatchObject({
      level: 50,
      requestId: errors?.[0]?.extensions.requestId,
      err: { type: "Error", frames: expect.arrayContaining([expect.stringContaining("errors.test.ts")]) },
    });
    expect(graph.logged()).not.toContain("clock at");
  });
});

function json(response: Parameters<RequestListener>[1], status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function environmentCalling(baseUrl: string) {
  const names = ["CREDAS", "TRUEWORK", "YOUVERIFY"];
  const each = names.flatMap((name) => [
    [`${name}_BASE_URL`, baseUrl],
    [`${name}_API_KEY`, "a-secret-key"],
  ]);
  return { PROVIDERS: "sandbox", DATABASE_URL: "file::memory:", ...Object.fromEntries(each) };
}

function linesOf(logged: string): { level: number; requestId?: string; err?: object }[] {
  return logged
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
