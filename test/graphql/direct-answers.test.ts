import { GraphQLError, getOperationAST, parse } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DirectAnswers } from "../../src/graphql/direct-answers.ts";
import { createSchema } from "../../src/schema.ts";
import type { Environment } from "../../src/settings.ts";
import { OperationWriter, type RandomOperation } from "../security/random-operation.ts";
import { type Graph, keepingCopies, sandboxEnvironment, startGraph } from "../support/graph.ts";
import { type GuardedGraph, startGuardedGraph } from "../support/guarded-graph.ts";
import { Random } from "../support/random.ts";
import { everyScope, tokenSettings } from "../support/tokens.ts";

// A failure tells its seed and its number; DIFFERENTIAL_SEED=… runs the same again, DIFFERENTIAL_RUNS=… more of them.
// At the gate they are always the same.
const seed = Number(process.env.DIFFERENTIAL_SEED ?? (process.env.CI ? 1 : Math.floor(Math.random() * 2 ** 31)));
const runs = Number(process.env.DIFFERENTIAL_RUNS ?? 300);

let graph: GuardedGraph;
let interpreted: Graph;
async function start(environment: Environment): Promise<void> {
  graph = await startGuardedGraph({ EXECUTION: "compiled", PROVIDER_TIMEOUT_MS: "2000", ...environment });
  interpreted = await startGraph({
    environment: {
      ...sandboxEnvironment(graph.sandbox),
      ...tokenSettings(graph.signer),
      EXECUTION: "interpreted",
      PROVIDER_TIMEOUT_MS: "2000",
    },
  });
}
async function stop(): Promise<void> {
  await interpreted?.close();
  await graph?.close();
}

interface Asking {
  body: object;
  headers?: Record<string, string>;
  scopes?: readonly string[];
}

async function ask(server: Graph["server"], { body, headers = {}, scopes }: Asking) {
  const { authorization = "" } = await graph.headersOf(scopes ? { scopes } : {});
  const response = await server.inject({
    method: "POST",
    url: "/graphql",
    headers: { "content-type": "application/json", authorization, ...headers },
    payload: JSON.stringify(body),
  });
  const id = String(response.headers["x-request-id"]);
  const { date: _date, "x-request-id": _id, "content-length": _length, ...rest } = response.headers;
  const text = response.body.replaceAll(id, "the request's id").replace(dateTimes, withoutNow);
  return { status: response.statusCode, headers: rest, body: sortErrors(text) };
}

// When something was read is different each time.
const dateTimes = /"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g;

function withoutNow(dateTime: string): string {
  return Math.abs(Date.now() - Date.parse(JSON.parse(dateTime))) < 300_000 ? '"just now"' : dateTime;
}

// Of errors that come at the same time either may be told first.
function sortErrors(text: string): string {
  const body = JSON.parse(text);
  if (!body.errors || body.errors.length < 2) return text;
  return JSON.stringify({ ...body, errors: body.errors.map((error: object) => JSON.stringify(error)).sort() });
}

async function expectAlike(asking: Asking, what: string): Promise<number> {
  const expected = await ask(interpreted.server, asking);
  // The first time by Apollo Server, if it was not asked before; then directly, where that is done, and from what is kept.
  for (const time of ["first", "second", "third"]) {
    expect(await ask(graph.server, asking), `${what}, ${time} time`).toEqual(expected);
  }
  return expected.status;
}

describe.each([
  ["where nothing is kept", {}],
  ["where entities are kept", keepingCopies],
])("a query that was asked before, %s,", (_where, environment) => {
  beforeAll(() => start(environment));
  afterAll(stop);

  it("is answered with the same status, headers and bytes as ever", { timeout: 60_000 }, async () => {
    const writer = new OperationWriter(createSchema(), new Random(seed));
    const askings = Array.from({ length: runs }, (_, number) => ({ number, operation: writer.write("query") }));
    const check = ({ number, operation }: { number: number; operation: RandomOperation }) =>
      expectAlike({ body: operation }, `DIFFERENTIAL_SEED=${seed}, operation ${number}: ${JSON.stringify(operation)}`);
    const statuses: number[] = [];
    for (let from = 0; from < runs; from += 20) {
      statuses.push(...(await Promise.all(askings.slice(from, from + 20).map(check))));
    }

    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(runs / 4);
  });

  it("is answered as ever whatever its caller may do, though others were told more of the same", {
    timeout: 60_000,
  }, async () => {
    const random = new Random(seed);
    const writer = new OperationWriter(createSchema(), random);
    for (let number = 0; number < runs / 5; number += 1) {
      const body = writer.write("query");
      const what = `DIFFERENTIAL_SEED=${seed}, operation ${number}: ${JSON.stringify(body)}`;
      for (const scopes of [everyScope, everyScope.filter(() => random.chance(0.7))]) {
        await expectAlike({ body, scopes }, `${what} with ${scopes}`);
      }
    }
  });

  const company = '{ company(id: "6510") { name } }';
  it.each<[string, Asking]>([
    ["without errors", { body: { query: company } }],
    ["with null for variables, name and extensions", { body: nothingElse(company) }],
    ["with variables that are not needed", { body: { query: company, variables: { id: "6511" } } }],
    ["with a name that it does not have", { body: { query: company, operationName: "Other" } }],
    ["with an empty name", { body: { query: company, operationName: "" } }],
    ["with a list for variables", { body: { query: company, variables: [] } }],
    ["with text for variables", { body: { query: company, variables: "{}" } }],
    ["with extensions", { body: { query: company, extensions: { persistedQuery: { version: 1, sha256Hash: "a" } } } }],
    [
      "with another accept header",
      { body: { query: company }, headers: { accept: "application/graphql-response+json" } },
    ],
    ["with any accept header", { body: { query: company }, headers: { accept: "*/*" } }],
    ["with an accept header that can't be met", { body: { query: company }, headers: { accept: "text/csv" } }],
    ["with a failing provider", { body: { query: '{ company(id: "80500") { name } }' } }],
    ["without a scope for it", { body: { query: company }, scopes: ["verification:read"] }],
    ["without a scope for an entity", { body: entities("Company", "6510"), scopes: ["verification:read"] }],
    ["with a variable that does not fit", { body: { query: "query($id: ID!) { company(id: $id) { name } }" } }],
    ["as one of two operations", { body: { query: `query A ${company} query B { __typename }`, operationName: "B" } }],
    [
      "with an answer named __proto__",
      { body: { query: '{ __proto__: company(id: "6510") { __proto__: name id } }' } },
    ],
    ["for the schema", { body: { query: "{ _service { sdl } __schema { queryType { name } } }" } }],
    ["for too many entities", { body: entities("Company", ...Array.from({ length: 1_001 }, (_, i) => String(i + 1))) }],
  ])("is answered as ever %s", async (what, asking) => {
    await expectAlike(asking, what);
  });

  it("is refused as soon as its caller's token is no longer good", async () => {
    const body = { query: company };
    const good = { authorization: `Bearer ${await graph.signer.sign({ scope: "company:read" })}` };
    const late = { authorization: `Bearer ${await graph.signer.sign({ scope: "company:read", exp: 1 })}` };

    const statuses = [];
    for (const headers of [good, good, late]) statuses.push((await ask(graph.server, { body, headers })).status);

    expect(statuses).toEqual([200, 200, 401]);
  });
});

it("is told of by nobody where it is nested too deep to be written, for Apollo Server answers it then", () => {
  const document = parse("{ known }");
  const told: string[] = [];
  let nested: unknown[] = [];
  for (let depth = 0; depth < 100_000; depth += 1) nested = [nested];
  const direct = new DirectAnswers({
    known: { find: () => ({ document, operation: getOperationAST(document) }) } as never,
    execute: () => ({ data: { nested }, errors: [new GraphQLError("failed")] }),
    listeners: [
      { didEncounterErrors: () => void told.push("errors"), willSendResponse: () => void told.push("response") },
    ],
  });

  expect(() => direct.answer({ headers: {}, body: { query: "{ known }" } }, () => ({}) as never)).toThrow(RangeError);
  expect(told).toEqual([]);
});

function nothingElse(query: string) {
  return { query, variables: null, operationName: null, extensions: null };
}

function entities(type: string, ...ids: string[]) {
  const representations = ids.map((id) => ({ __typename: type, id }));
  const query = "query($all: [_Any!]!) { _entities(representations: $all) { __typename ... on Company { name } } }";
  return { query, variables: { all: representations } };
}
