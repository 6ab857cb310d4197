import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Config, readConfig } from "../../src/config.ts";
import { type GuardedGraph, startGuardedGraph } from "../support/guarded-graph.ts";
import { documentOf } from "./document-of.ts";

interface Asked {
  query: string;
  variables?: object;
}

interface Bound {
  setting: string;
  name: keyof Config["bounds"];
  most: number;
  code: string;
  /** An operation that has this many of what is bounded. */
  asking(count: number): Asked;
}

const times = (count: number, write: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => write(i)).join(" ");
const nested = (levels: number): object => (levels <= 1 ? {} : { a: nested(levels - 1) });
const entities = "query($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }";
const nobody = { __typename: "Company", id: "0" };
const tooLarge = "OPERATION_TOO_LARGE";

const bounds: Bound[] = [
  {
    setting: "MAX_PAID_FIELDS",
    name: "maxPaidFields",
    most: 5,
    code: "TOO_MANY_PAID_FIELDS",
    asking: (count) => ({
      query: `mutation { ${times(count, (i) => `a${i}: refreshCompanyReport(input: { companyId: "0", idempotencyKey: "k${i}" }) { __typename }`)} }`,
    }),
  },
  {
    setting: "MAX_REPRESENTATIONS",
    name: "maxRepresentations",
    most: 1_000,
    code: "TOO_MANY_REPRESENTATIONS",
    asking: (count) => ({
      query: entities,
      variables: { representations: Array.from({ length: count }, () => nobody) },
    }),
  },
  {
    setting: "MAX_TOKENS",
    name: "maxTokens",
    most: 5_000,
    code: tooLarge,
    asking: (count) => ({ query: `{ companies(ids: [${times(count - 12, () => "0")}]) { id } }` }),
  },
  {
    setting: "MAX_DEPTH",
    name: "maxDepth",
    most: 20,
    code: tooLarge,
    asking: (levels) => ({
      query: `{ __type(name: "Company") ${"{ ofType ".repeat(levels - 2)} { name ${"}".repeat(levels - 1)} }`,
    }),
  },
  {
    setting: "MAX_ALIASES",
    name: "maxAliases",
    most: 50,
    code: tooLarge,
    asking: (count) => ({ query: `{ __schema { ${times(count, (i) => `a${i}: __typename`)} } }` }),
  },
  {
    setting: "MAX_FIELD_REPEATS",
    name: "maxRepeats",
    most: 20,
    code: tooLarge,
    asking: (count) => ({ query: `{ ${times(count, () => "__typename")} }` }),
  },
  {
    setting: "MAX_DIRECTIVES",
    name: "maxDirectives",
    most: 20,
    code: tooLarge,
    asking: (count) => ({ query: `{ ${times(count, (i) => `a${i}: __typename @include(if: true)`)} }` }),
  },
  {
    setting: "MAX_ROOT_FIELDS",
    name: "maxRootFields",
    most: 50,
    code: tooLarge,
    asking: (count) => ({ query: `{ ${times(count, (i) => (i < 40 ? `a${i}: __typename` : "__typename"))} }` }),
  },
  {
    setting: "MAX_STRING_LENGTH",
    name: "maxStringLength",
    most: 5_000,
    code: tooLarge,
    asking: (length) => ({ query: `{ company(id: "${"x".repeat(length)}") { id } }` }),
  },
  {
    setting: "MAX_JSON_DEPTH",
    name: "maxJsonDepth",
    most: 10,
    code: tooLarge,
    asking: (levels) => ({ query: entities, variables: { representations: [nested(levels - 1)] } }),
  },
  {
    setting: "MAX_JSON_MEMBERS",
    name: "maxJsonMembers",
    most: 20_000,
    code: tooLarge,
    asking: (count) => ({
      query: entities,
      variables: { representations: [Object.fromEntries(Array.from({ length: count - 2 }, (_, i) => [`m${i}`, i]))] },
    }),
  },
];

const codesOf = (answer: { json(): { errors?: { extensions: { code: string } }[] } }) =>
  (answer.json().errors ?? []).map(({ extensions }) => extensions.code);
const boundCodes = ["TOO_MANY_PAID_FIELDS", "TOO_MANY_REPRESENTATIONS", tooLarge];

const byPost = (graph: GuardedGraph, asked: Asked) => graph.post(asked);
const byGet = (graph: GuardedGraph, { query, variables }: Asked) =>
  graph.get({ query, ...(variables && { variables: JSON.stringify(variables) }) });

describe.each(bounds)("$setting", ({ setting, name, most, code, asking }) => {
  let byDefault: GuardedGraph;
  let lowered: GuardedGraph;
  const few = setting === "MAX_TOKENS" ? 40 : 4;
  beforeAll(async () => {
    byDefault = await startGuardedGraph();
    lowered = await startGuardedGraph({ [setting]: String(few) });
  });
  beforeEach(() => byDefault.startOver());
  afterAll(async () => {
    await byDefault.close();
    await lowered.close();
  });

  it(`is ${most} by default`, () => {
    expect(readConfig({}).bounds[name]).toBe(most);
  });

  it.each([
    ["POST", byPost],
    ["GET", byGet],
  ] as const)("lets that many pass by %s, and refuses one more before anything is asked or bought", async (_, send) => {
    const within = await send(byDefault, asking(most));
    const beyond = await send(byDefault, asking(most + 1));

    expect(codesOf(within).filter((one) => boundCodes.includes(one))).toEqual([]);
    expect(beyond.statusCode).toBe(400);
    expect(beyond.json()).toEqual({
      errors: [
        {
          message: expect.stringContaining(`at most ${most} `),
          extensions: { code, requestId: beyond.headers["x-request-id"] },
        },
      ],
    });
    expect([byDefault.calls(), await byDefault.charged()]).toEqual([[], { providers: 0, ledger: 0 }]);
  });

  it("can be set", async () => {
    const [within, beyond] = [await byPost(lowered, asking(few)), await byPost(lowered, asking(few + 1))];

    expect(codesOf(within).filter((one) => boundCodes.includes(one))).toEqual([]);
    expect(codesOf(beyond)).toEqual([code]);
  });

  it.each(["0", "-1", "many", "1.5", "2000000"])("can't be %o", (value) => {
    expect(() => readConfig({ [setting]: value })).toThrow(`${setting}: expected a whole number from 1 to 1000000`);
  });
});

describe("the bounds", () => {
  let graph: GuardedGraph;
  beforeAll(async () => {
    graph = await startGuardedGraph();
  });
  beforeEach(() => graph.startOver());
  afterAll(() => graph.close());

  const refused = async (asked: Asked, code = tooLarge) => {
    for (const send of [byPost, byGet]) {
      const began = process.cpuUsage();
      const answer = await send(graph, asked);
      expect(codesOf(answer)).toEqual([code]);
      expect(answer.statusCode).toBe(400);
      // A document made to be slow takes minutes where it is not refused at once.
      expect(process.cpuUsage(began).user / 1e6).toBeLessThan(10);
    }
    expect([graph.calls(), await graph.charged()]).toEqual([[], { providers: 0, ledger: 0 }]);
  };
  const paid = (i: number) =>
    `a${i}: refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "k${i}" }) { __typename }`;

  it.each<[string, Asked, string?]>([
    ["101 aliases of __typename", { query: `{ ${times(101, (i) => `a${i}: __typename`)} }` }],
    ["one field 500 times", { query: `{ company(id: "6510") { ${times(500, () => "name")} } }` }],
    ["15 paid mutations", { query: `mutation { ${times(15, paid)} }` }, "TOO_MANY_PAID_FIELDS"],
    ["20,000 representations", { query: entities, variables: { representations: Array(20_000).fill(nobody) } }],
    [
      "6 paid mutations among harmless ones",
      { query: `mutation { __typename ${times(6, paid)} }` },
      "TOO_MANY_PAID_FIELDS",
    ],
    [
      "6 paid mutations in fragments",
      {
        query: `mutation { ...A ...B } fragment A on Mutation { ${times(3, paid)} } fragment B on Mutation { ${times(3, (i) => paid(i + 3))} }`,
      },
      "TOO_MANY_PAID_FIELDS",
    ],
    [
      "6 paid mutations in inline fragments",
      { query: `mutation { ${times(6, (i) => `... @include(if: true) { ... on Mutation { ${paid(i)} } }`)} }` },
      "TOO_MANY_PAID_FIELDS",
    ],
    [
      "6 paid mutations that are not included",
      { query: `mutation { ${times(6, (i) => paid(i).replace(" { __", " @skip(if: true) { __"))} }` },
      "TOO_MANY_PAID_FIELDS",
    ],
    [
      "6 paid mutations in another operation of the document",
      {
        query: `query Harmless { __typename } mutation Paying { ${times(6, paid)} }`,
        operationName: "Harmless",
      } as Asked,
      "TOO_MANY_PAID_FIELDS",
    ],
    [
      "aliases split over fragments",
      { query: documentOf({ fragments: 3, each: (f) => times(17, (i) => `a${f}x${i}: __typename`) }) },
    ],
    [
      "one field split over fragments",
      { query: documentOf({ fragments: 3, each: () => times(7, () => "__typename") }) },
    ],
    [
      "one field split over inline fragments",
      { query: `{ ${times(7, () => "... { ... on Query { __typename __typename __typename } }")} }` },
    ],
    ["one fragment spread many times", { query: `{ ${times(21, () => "...A")} } fragment A on Query { __typename }` }],
    [
      "fields under one field that stands many times",
      { query: `{ ${times(21, () => 'company(id: "6510") { name }')} }` },
    ],
    [
      "what stands in a fragment that nobody spreads",
      { query: `{ __typename } fragment A on Company { ${times(4_000, () => "name")} }` },
    ],
    [
      "directives on fragments and spreads",
      {
        query: `{ ${times(21, (i) => `...F${i} @include(if: true)`)} } ${times(21, (i) => `fragment F${i} on Query { a${i}: __typename }`)}`,
      },
    ],
    ["directives on an operation", { query: `query ${times(21, (i) => `@d${i}`)} { __typename }` }],
    ["directives on variables", { query: `query(${times(21, (i) => `$v${i}: Int @d`)}) { __typename }` }],
    [
      "a chain of fragments that stands for billions of fields",
      {
        query: `{ company(id: "6510") { ...F0 } } ${times(60, (i) => `fragment F${i} on Company { ${times(18, () => `...F${i + 1}`)} }`)} fragment F60 on Company { name }`,
      },
    ],
    [
      "a chain of fragments that stands for billions of root fields",
      {
        query: `{ ...F0 } ${times(60, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F60 on Query { __typename }`,
      },
    ],
    ["501 different fields", { query: `{ company(id: "6510") { ${times(501, (i) => `f${i}`)} } }` }],
    ["thousands of different fields", { query: `{ ${times(4_900, (i) => `f${i}`)} }` }],
    [
      "thousands of different fields, deep in fragments",
      { query: `{ ${"... {".repeat(800)} ${times(2_400, (i) => `f${i}`)} ${"}".repeat(800)} }` },
    ],
    [
      "thousands of different fields in a chain of fragments",
      {
        query: `{ ...F0 } ${times(300, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F300 on Query { ${times(2_000, (i) => `f${i}`)} }`,
      },
    ],
    ["selections too deep to be measured", { query: `{ ${"a{".repeat(1_600)}b${"}".repeat(1_600)} }` }],
    [
      "inline fragments too deep to be measured",
      { query: `{ ${"... {".repeat(1_200)} __typename ${"}".repeat(1_200)} }` },
    ],
    ["lists too deep to be read", { query: `{ company(id: ${"[".repeat(2_490)}${"]".repeat(2_490)}) { id } }` }],
    ["objects too deep to be read", { query: `{ company(id: ${"{a:".repeat(1_600)}1${"}".repeat(1_600)}) { id } }` }],
    [
      "deep JSON in a literal",
      { query: `{ _entities(representations: [${"{a:".repeat(10)}1${"}".repeat(10)}]) { __typename } }` },
    ],
    [
      "deep JSON in a variable's default",
      {
        query: `query($r: [_Any!]! = [${"{a:".repeat(10)}1${"}".repeat(10)}]) { _entities(representations: $r) { __typename } }`,
      },
    ],
    ["deep JSON in a directive", { query: `{ __typename @include(if: ${"[".repeat(11)}${"]".repeat(11)}) }` }],
    ["deep JSON in a variable", { query: entities, variables: { representations: [nested(10)] } }],
    [
      "deep lists in a variable",
      { query: entities, variables: { representations: JSON.parse(`${"[".repeat(500)}${"]".repeat(500)}`) } },
    ],
    ["deep JSON in a variable that nobody asked for", { query: "{ __typename }", variables: { other: nested(11) } }],
    [
      "many variables",
      {
        query: "{ __typename }",
        variables: Object.fromEntries(Array.from({ length: 20_001 }, (_, i) => [`v${i}`, 1])),
      },
    ],
    ["a long text in a block string", { query: `{ company(id: """${"x".repeat(5_001)}""") { id } }` }],
    [
      "a long text in a variable",
      { query: "query($id: ID!) { company(id: $id) { id } }", variables: { id: "x".repeat(5_001) } },
    ],
    [
      "a long text deep in a variable",
      { query: entities, variables: { representations: [{ a: ["x".repeat(5_001)] }] } },
    ],
    ["a long name in a variable", { query: entities, variables: { representations: [{ ["x".repeat(5_001)]: 1 }] } }],
  ])("refuse %s", async (_, asked, code = tooLarge) => {
    await refused(asked, code);
  });

  const some = (count: number) => Array(count).fill(nobody);
  it.each<[string, Asked]>([
    [
      "over aliases",
      {
        query: `query($r: [_Any!]!) { ${times(3, (i) => `a${i}: _entities(representations: $r) { __typename }`)} }`,
        variables: { r: some(334) },
      },
    ],
    [
      "over variables",
      {
        query: `query($a: [_Any!]!, $b: [_Any!]!) { a: _entities(representations: $a) { __typename } b: _entities(representations: $b) { __typename } }`,
        variables: { a: some(501), b: some(500) },
      },
    ],
    [
      "over fragments",
      {
        query: `query($r: [_Any!]!) { ...A ... { b: _entities(representations: $r) { __typename } } } fragment A on Query { a: _entities(representations: $r) { __typename } }`,
        variables: { r: some(501) },
      },
    ],
    [
      "over literals and variables",
      {
        query: `query($r: [_Any!]!) { a: _entities(representations: $r) { __typename } b: _entities(representations: [${times(500, () => "{}")}]) { __typename } }`,
        variables: { r: some(501) },
      },
    ],
    [
      "in a variable's default",
      {
        query: `query($r: [_Any!]! = [${times(1_001, () => "{}")}]) { _entities(representations: $r) { __typename } }`,
      },
    ],
  ])("refuse too many representations split %s", async (_, asked) => {
    await refused(asked, "TOO_MANY_REPRESENTATIONS");
  });

  it("count what operations name, not what names resemble", async () => {
    const query = `{ ${times(6, (i) => `a${i}: refreshCompanyReport`)} }`;

    expect(codesOf(await graph.post({ query }))).not.toContain("TOO_MANY_PAID_FIELDS");
  });

  it("leave a document that spreads itself to GraphQL, which refuses it at once", async () => {
    const began = process.cpuUsage();
    const answer = await graph.post({
      query:
        "{ ...A } fragment A on Query { ...B ...C } fragment B on Query { ...A } fragment C on Query { ...C __typename }",
    });

    expect(new Set(codesOf(answer))).toEqual(new Set(["GRAPHQL_VALIDATION_FAILED"]));
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(10);
  });

  it("are held against every request again, also once an operation has passed", async () => {
    await graph.post({ query: entities, variables: { representations: some(1) } });

    await refused({ query: entities, variables: { representations: [nested(10)] } });
  });
});

describe("what is fixed by the graph", () => {
  let graph: GuardedGraph;
  beforeAll(async () => {
    graph = await startGuardedGraph();
  });
  beforeEach(() => graph.startOver());
  afterAll(() => graph.close());

  it.each([
    ["101 ids", `{ companies(ids: [${times(101, (i) => `"${i + 1}"`)}]) { id } }`],
    ["a page of 101 verifications", "{ verifications(first: 101) { totalCount } }"],
    ["a page of no verifications", "{ verifications(first: 0) { totalCount } }"],
    ["a page of 101 charges", "{ providerCharges(first: 101) { edges { cursor } } }"],
    ["a page of -1 charges", "{ providerCharges(first: -1) { edges { cursor } } }"],
  ])("is BAD_USER_INPUT and costs no call: %s", async (_, query) => {
    expect(codesOf(await graph.post({ query }))).toEqual(["BAD_USER_INPUT"]);
    expect(graph.calls()).toEqual([]);
  });

  it("is BAD_USER_INPUT, and costs the read of its company: a page of 101 credit reports", async () => {
    const answer = await graph.post({
      query: '{ company(id: "6510") { creditReports(first: 101) { edges { cursor } } } }',
    });

    expect(codesOf(answer)).toEqual(["BAD_USER_INPUT"]);
    expect(graph.calls()).toHaveLength(1);
  });

  it("tells five validation errors, and that there are more", async () => {
    const errorsOf = async (count: number) =>
      (await graph.post({ query: `{ ${times(count, (i) => `nothing${i}`)} }` })).json().errors as { message: string }[];

    expect(await errorsOf(5)).toHaveLength(5);
    const told = await errorsOf(40);
    expect(told).toHaveLength(6);
    expect(told[5]?.message).toContain("Too many validation errors");
  });
});

describe("MAX_BODY_BYTES", () => {
  it("can be set, and what is larger is refused with HTTP 413", async () => {
    const graph = await startGuardedGraph({ MAX_BODY_BYTES: "1000" });
    const ofBytes = (bytes: number) =>
      JSON.stringify({ query: "{ __typename }", a: "" }).replace('""', `"${"x".repeat(bytes - 33)}"`);

    const [within, beyond] = [await graph.post(ofBytes(1_000)), await graph.post(ofBytes(1_001))];
    await graph.close();

    expect([ofBytes(1_000).length, within.statusCode, beyond.statusCode]).toEqual([1_000, 200, 413]);
    expect(beyond.json().errors).toEqual([
      { message: "Expected a smaller request body.", extensions: { code: tooLarge, requestId: expect.any(String) } },
    ]);
  });
});
