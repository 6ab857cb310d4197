import { type GraphQLScalarType, parseValue } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DateScalar, DateTimeScalar, DecimalScalar, JsonObjectScalar } from "../../src/graphql/scalars.ts";
import { type SandboxGraph, startSandboxGraph } from "../support/graph.ts";

const asVariable = (scalar: GraphQLScalarType, value: unknown) => scalar.parseValue(value);
const asLiteral = (scalar: GraphQLScalarType, literal: string) => scalar.parseLiteral(parseValue(literal), {});

describe.each([
  {
    scalar: DateTimeScalar,
    expected: "Expected an RFC 3339 date and time with its offset.",
    accepted: [
      ["2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000Z"],
      ["2026-03-01T09:30:00.123Z", "2026-03-01T09:30:00.123Z"],
      ["2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00.000Z"],
      ["2028-02-29T00:00:00-05:30", "2028-02-29T05:30:00.000Z"],
    ],
    refused: [
      "2026-03-01T09:30:00",
      "2026-03-01",
      "2026-02-29T00:00:00Z",
      "2026-03-01T24:00:00Z",
      "2026-03-01T09:30:60Z",
      "2026-03-01 09:30:00Z",
      "01/03/2026",
      "now",
      "",
    ],
  },
  {
    scalar: DateScalar,
    expected: "Expected a day as YYYY-MM-DD.",
    accepted: [
      ["2026-03-01", "2026-03-01"],
      ["2028-02-29", "2028-02-29"],
    ],
    refused: ["2026-02-29", "2026-3-1", "2026-13-01", "2026-03-01T00:00:00Z", "01.03.2026", ""],
  },
  {
    scalar: DecimalScalar,
    expected: "Expected a decimal number as text.",
    accepted: [
      ["34.95", "34.95"],
      ["-0.10", "-0.10"],
      ["12345678901234567890.123456789", "12345678901234567890.123456789"],
    ],
    refused: ["34,95", "1e3", ".5", "5.", "+1", " 1", "1 ", "NaN", "0x10", ""],
  },
] as const)("$scalar.name", ({ scalar, expected, accepted, refused }) => {
  it.each<readonly [string, string]>(accepted)("reads %o as %o, from variable and literal alike", (text, value) => {
    expect(asVariable(scalar, text)).toBe(value);
    expect(asLiteral(scalar, JSON.stringify(text))).toBe(value);
  });

  it.each<string>(refused)("refuses %o", (text) => {
    expect(() => asVariable(scalar, text)).toThrow(expected);
    expect(() => asLiteral(scalar, JSON.stringify(text))).toThrow(expected);
  });

  it.each([34.95, 20260301, true, null, {}, ["2026-03-01"]])("refuses what is no text: %o", (value) => {
    expect(() => asVariable(scalar, value)).toThrow(expected);
  });

  it.each(["34.95", "20260301", "true", "null", "{}", '["34.95"]', "A_WORD"])("refuses the literal %s", (literal) => {
    expect(() => asLiteral(scalar, literal)).toThrow(expected);
  });
});

describe("JSONObject", () => {
  it("reads an object of any shape", () => {
    const value = { text: "a", number: 1.5, list: [1, [true, null]], nested: { deep: {} } };

    expect(asVariable(JsonObjectScalar, value)).toEqual(value);
    expect(
      asLiteral(JsonObjectScalar, '{ text: "a", number: 1.5, list: [1, [true, null]], nested: { deep: {} } }'),
    ).toEqual(value);
  });

  it.each([
    ["a list", [{}]],
    ["null", null],
    ["a string", "{}"],
    ["a number", 1],
    ["a boolean", true],
  ])("refuses %s as a variable", (kind, value) => {
    expect(() => asVariable(JsonObjectScalar, value)).toThrow(`Expected a JSON object, got ${kind}.`);
  });

  it.each([
    ["a list", "[{}]"],
    ["null", "null"],
    ["a string", '"{}"'],
    ["a number", "1"],
    ["a string", "A_WORD"],
  ])("refuses %s as the literal %s", (kind, literal) => {
    expect(() => asLiteral(JsonObjectScalar, literal)).toThrow(`Expected a JSON object, got ${kind}.`);
  });

  it.each(["{ __proto__: { a: 1 } }", "{ a: { __proto__: {} } }", "{ a: [1, { __proto__: null }] }"])(
    "refuses the key __proto__ in %s, rather than drop it",
    (literal) => {
      expect(() => asLiteral(JsonObjectScalar, literal)).toThrow("A JSON object may not have the key __proto__.");
    },
  );

  it("leaves prototypes as they are", () => {
    asLiteral(JsonObjectScalar, "{ constructor: { prototype: { polluted: 1 } } }");

    expect("polluted" in {}).toBe(false);
  });
});

describe("JSONObject in the graph", () => {
  let graph: SandboxGraph;
  beforeAll(async () => {
    graph = await startSandboxGraph();
  });
  afterAll(() => graph.close());

  const buy = (metadata: string) => `mutation {
    requestBusinessCreditReport(input: {
      companyNumber: "99000010", subjectConsent: true, idempotencyKey: "a-key", metadata: ${metadata}
    }) { ... on RequestBusinessCreditReportSuccess { report { metadata } } }
  }`;

  it.each(["{ __proto__: { a: 1 } }", "[{}]", '"text"'])(
    "refuses the metadata %s before anything is paid for",
    async (metadata) => {
      graph.startOver();

      const { data, errors } = await graph.ask(buy(metadata));

      expect(data).toBeUndefined();
      expect(errors).toMatchObject([{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }]);
      expect(graph.sandbox.youverify.calls()).toEqual([]);
    },
  );

  it("refuses a number that is too large to be one, as a literal and as a variable, before anything is paid for", async () => {
    graph.startOver();
    const variable = `mutation($metadata: JSONObject) ${buy("$metadata").replace("mutation ", "")}`;

    const literal = await graph.ask(buy("{ a: 1e400 }"));
    const response = await graph.server.inject({
      method: "POST",
      url: "/graphql",
      headers: { "content-type": "application/json" },
      payload: `{ "query": ${JSON.stringify(variable)}, "variables": { "metadata": { "a": [-1e400] } } }`,
    });

    for (const { errors } of [literal, response.json()]) {
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
    expect(graph.sandbox.youverify.calls()).toEqual([]);
  });

  it("comes back as it was sent", async () => {
    const { data } = await graph.ask(buy('{ branch: "north", tags: ["a", null], n: { deep: 1.5 } }'));

    expect(data.requestBusinessCreditReport.report.metadata).toEqual({
      branch: "north",
      tags: ["a", null],
      n: { deep: 1.5 },
    });
  });
});
