import { buildSchema, type GraphQLSchema, getOperationAST, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { compiledExecutor, interpretedExecutor } from "../../../src/graphql/execution/executor.ts";
import { KnownOperations } from "../../../src/graphql/known-operations.ts";

const aSchema = () => buildSchema("scalar Any type Query { a: String b(any: [Any!]): String c: String }");
const rootValue = { a: "a", b: "b", c: "c" };

/** What each executor answers to the operation of that name, for each of the variables in turn. */
async function answers(schema: GraphQLSchema, text: string, operationName: string, variables: object[]) {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    field.resolve = () => rootValue[field.name as keyof typeof rootValue];
  }
  const document = parse(text);
  const operation = getOperationAST(document, operationName) ?? undefined;
  const ask = async (executor: ReturnType<typeof compiledExecutor>) => {
    const told: unknown[] = [];
    for (const given of variables) {
      const order = { document, operation, operationName, variables: given as Record<string, unknown>, context: {} };
      told.push(JSON.parse(JSON.stringify(await executor(order))));
    }
    return told;
  };
  return { compiled: await ask(compiledExecutor(schema)), interpreted: await ask(interpretedExecutor(schema)) };
}

describe("what a query was compiled for", () => {
  const text = `query A($a: [Any!]!, $b: Boolean!, $c: [Any!]!) { a b(any: $a) @include(if: $b) again: b(any: $c) }
    query B($a: Boolean!, $b: Boolean!, $c: Boolean!) { a @include(if: $a) b @include(if: $b) c @skip(if: $c) }`;

  it("is told apart by its own conditions, whatever another operation of the document calls by the same names", async () => {
    const { compiled, interpreted } = await answers(aSchema(), text, "A", [
      { a: ["R", "true"], b: false, c: ["y"] },
      { a: ["R"], b: true, c: ["false", "y"] },
    ]);

    expect(compiled).toEqual(interpreted);
  });

  it("does not depend on how a value would be written as text", async () => {
    const { compiled, interpreted } = await answers(aSchema(), text, "A", [{ a: [{ toString: 1 }], b: true, c: [] }]);

    expect(compiled).toEqual(interpreted);
    expect(compiled).toMatchObject([{ data: { a: "a", b: "b" } }]);
  });

  it("is told apart by the conditions of the fragments it reaches", async () => {
    const spread = `query A($x: Boolean!) { ...F } fragment F on Query { ...G b } fragment G on Query { a @skip(if: $x) }`;
    const { compiled, interpreted } = await answers(aSchema(), spread, "A", [{ x: true }, { x: false }, { x: true }]);

    expect(compiled).toEqual(interpreted);
    expect(compiled).toEqual([{ data: { b: "b" } }, { data: { a: "a", b: "b" } }, { data: { b: "b" } }]);
  });

  it("is what stood in the schema before Apollo Server wrapped it for traces", async () => {
    const schema = aSchema();
    const field = schema.getQueryType()?.getFields().a;
    if (!field) throw new Error("Expected a field");
    field.resolve = () => "before";
    const compiled = compiledExecutor(schema);
    field.resolve = () => "wrapped";
    const document = parse("{ a }");

    const operation = getOperationAST(document) ?? undefined;

    expect(await compiled({ document, operation, context: {} })).toEqual({ data: { a: "before" } });
  });
});

describe("known operations", () => {
  it("keep one parse of a text, however many of its operations are asked for", async () => {
    const known = new KnownOperations();
    const text = "query A { a } query B { b }";
    for (const operationName of ["A", "B", "A"]) {
      const document = parse(text);
      const operation = getOperationAST(document, operationName);
      await known.listener.didResolveOperation?.({
        source: text,
        document,
        operation,
        request: { operationName },
      } as never);
    }

    const [a, b] = [known.find(text, "A"), known.find(text, "B")];

    expect([a?.operation.name?.value, b?.operation.name?.value]).toEqual(["A", "B"]);
    expect(a?.document).toBe(b?.document);
  });
});
