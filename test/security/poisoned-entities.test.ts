import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { resolveEntities } from "../../src/graphql/entities.ts";
import { createSchema } from "../../src/schema.ts";
import { type GuardedGraph, startGuardedGraph } from "../support/guarded-graph.ts";

let graph: GuardedGraph;
beforeAll(async () => {
  graph = await startGuardedGraph();
});
beforeEach(() => graph.startOver());
afterAll(() => graph.close());

const query = `query($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Company { id name }
    ... on Verification { id state }
    ... on BusinessCreditReport { id reportStatus: status }
    ... on ProviderCharge { id chargeState: state }
  }
}`;
const good = { __typename: "Company", id: "6510" };
const found = { __typename: "Company", id: "6510", name: "Larkspur Example Trading Limited" };

const types = ["Company", "Verification", "BusinessCreditReport", "ProviderCharge"];
const keyOfAnotherKind: [string, unknown][] = [
  ["no key", undefined],
  ["a null key", null],
  ["a key that is an object", { id: "6510" }],
  ["a key that is a list", ["6510"]],
  ["a key that is a boolean", true],
  ["a key that is a fraction", 65.1],
  ["a key that is a number beyond counting", 1e300],
];
const spoiled: [string, unknown][] = [
  ...types.flatMap((type) =>
    keyOfAnotherKind.map(([what, id]): [string, unknown] => [`a ${type} with ${what}`, { __typename: type, id }]),
  ),
  ["an unknown type", { __typename: "Person", id: "6510" }],
  ["a type that is no entity", { __typename: "CompanyReport", id: "6510" }],
  ["a root type", { __typename: "Query", id: "6510" }],
  ["a scalar's name", { __typename: "String", id: "6510" }],
  ["no type", { id: "6510" }],
  ["a null type", { __typename: null, id: "6510" }],
  ["a type that is a number", { __typename: 7, id: "6510" }],
  ["a type that is a list", { __typename: ["Company"], id: "6510" }],
  ["a type that is an object", { __typename: { toString: "Company" }, id: "6510" }],
  ["__proto__ for a type", { __typename: "__proto__", id: "6510" }],
  ["constructor for a type", { __typename: "constructor", id: "6510" }],
  ["hasOwnProperty for a type", { __typename: "hasOwnProperty", id: "6510" }],
  ["its prototype for its members", JSON.parse('{"__proto__": {"__typename": "Company", "id": "6510"}}')],
  ["nothing", {}],
  ["a text", "Company:6510"],
  ["a number", 6510],
  ["a boolean", false],
  ["a list", [good]],
];

describe("a representation of", () => {
  it.each(spoiled)("%s is an error at its own index, and the others are answered", async (_, bad) => {
    const { data, errors } = await graph.ask(query, { representations: [good, bad, good] });

    expect(data).toEqual({ _entities: [found, null, found] });
    expect(errors).toEqual([
      expect.objectContaining({
        path: ["_entities", 1],
        extensions: { code: "BAD_USER_INPUT", requestId: expect.any(String) },
      }),
    ]);
    expect(graph.calls()).toHaveLength(1);
  });

  it("every kind at once spoils none of the good ones", async () => {
    const representations = spoiled.flatMap(([, bad]) => [bad, good]);

    const { data, errors } = await graph.ask(query, { representations });

    expect(data._entities).toEqual(spoiled.flatMap(() => [null, found]));
    expect(errors?.map(({ path }) => path)).toEqual(spoiled.map((_, i) => ["_entities", i * 2]));
  });

  it.each([
    ["an empty key", ""],
    ["a key with a path in it", "../../admin"],
    ["a dot for a key", "."],
    ["half a character for a key", "\ud800"],
    ["a NUL in the key", "65\u000010"],
    ["a long key", "9".repeat(4_000)],
  ])("%s does not exist, or is an error at its own index", async (_, id) => {
    const representations = types.flatMap((type) => [{ __typename: type, id }, good]);

    const { data, errors } = await graph.ask(query, { representations });

    expect(data._entities).toEqual(types.flatMap(() => [null, found]));
    for (const { path, extensions } of errors ?? []) {
      expect(path?.[0]).toBe("_entities");
      expect(extensions.code).not.toBe("INTERNAL_SERVER_ERROR");
    }
    expect(graph.calls().filter((call) => call.includes("admin"))).toEqual([]);
  });

  it("a provider's failure is an error at its own index", async () => {
    const failing = [
      { __typename: "Company", id: "80502" },
      { __typename: "Verification", id: "vr_sandbox_read_502" },
      { __typename: "BusinessCreditReport", id: "000000000000000000000502" },
    ];
    const { data, errors } = await graph.ask(query, { representations: failing.flatMap((bad) => [bad, good]) });

    expect(data._entities).toEqual([null, found, null, found, null, found]);
    expect(errors?.map(({ path, extensions }) => [path?.[1], extensions.code]).toSorted()).toEqual([
      [0, "PROVIDER_UNAVAILABLE"],
      [2, "PROVIDER_UNAVAILABLE"],
      [4, "PROVIDER_UNAVAILABLE"],
    ]);
  });
});

describe("null among representations", () => {
  it.each([
    ["in a variable", query, { representations: [good, null, good] }],
    [
      "in a literal",
      '{ _entities(representations: [{ __typename: "Company", id: "6510" }, null]) { __typename } }',
      {},
    ],
    [
      "by a variable that has a default",
      'query($one: _Any = {}) { _entities(representations: [{ __typename: "Company", id: "6510" }, $one]) { __typename } }',
      { one: null },
    ],
    [
      "instead of the list, by a variable that has a default",
      "query($all: [_Any!] = []) { _entities(representations: $all) { __typename } }",
      { all: null },
    ],
  ])("%s is the client's mistake, and asks nobody", async (_, text, variables) => {
    const answer = await graph.post({ query: text, variables });

    expect(answer.statusCode).toBeLessThan(500);
    const codes = answer.json().errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
    expect(codes.every((code: string) => /^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/.test(code))).toBe(true);
    expect(graph.calls()).toEqual([]);
  });
});

describe("a lookup", () => {
  it("that throws at once is an error at its own index", async () => {
    const schema = createSchema();
    resolveEntities(schema, {
      Company: {
        scope: "company:read",
        find: (id) => {
          if (id === "thrower") throw new Error("Thrown at once");
          return Promise.resolve({ id });
        },
      },
    });
    const resolve = schema.getQueryType()?.getFields()._entities?.resolve;
    const representations = ["1", "thrower", "2"].map((id) => ({ __typename: "Company", id }));

    const asked: Promise<unknown>[] = resolve?.(
      {},
      { representations },
      { caller: { can: () => true } },
      {} as never,
    ) as never;
    const settled = await Promise.allSettled(asked);

    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
