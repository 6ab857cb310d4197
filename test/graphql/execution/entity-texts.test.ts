import { buildSchema, type GraphQLObjectType, type GraphQLSchema, getOperationAST, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { freezeAndMeasure } from "../../../src/cache/copy.ts";
import { EntityTexts } from "../../../src/graphql/execution/entity-texts.ts";
import { compiledExecutor } from "../../../src/graphql/execution/executor.ts";
import { JsonText, writeJson } from "../../../src/graphql/execution/json-text.ts";
import { readingMember } from "../../../src/graphql/execution/member-reads.ts";

interface Context {
  scopes: string[];
}

const sdl = `
  type Firm { name: String secret: String boss: Person fans: Int asked(by: String): String odd: Int! }
  type Person { name: String age: Int }
  type Query { firm: Firm firms: [Firm] }
`;

/** A schema with one firm, whose secret needs a scope and whose fans are counted anew each time. */
function aSchema(firm: object) {
  const schema = buildSchema(sdl);
  const field = (type: string, name: string) => {
    const found = (schema.getType(type) as GraphQLObjectType).getFields()[name];
    if (!found) throw new Error(`Expected a field ${type}.${name}`);
    return found;
  };
  let fans = 0;
  field("Query", "firm").resolve = () => firm;
  field("Query", "firms").resolve = () => [firm, null, firm];
  field("Firm", "secret").resolve = readingMember<Context>("secret", ({ scopes }) => {
    if (!scopes.includes("secrets")) throw new Error("Not for you");
  }) as never;
  field("Firm", "fans").resolve = () => ++fans;
  return schema;
}

function frozen<Value extends object>(value: Value): Value {
  freezeAndMeasure(value);
  return value;
}

const aFirm = () => frozen({ name: 'A "B"', secret: "s", boss: { name: "Ada", age: 36 }, asked: "by", odd: 1 });

function asking(schema: GraphQLSchema, query: string) {
  const execute = compiledExecutor(schema, { entityTextMaxBytes: 1_000_000 });
  const document = parse(query);
  const operation = getOperationAST(document) ?? undefined;
  return (scopes: string[] = [], asJson = true) => {
    const result = execute({ document, operation, context: { scopes }, asJson });
    if (result instanceof Promise) throw new Error("Expected an answer at once");
    return result;
  };
}

describe("what a selection says of an entity that never changes", () => {
  it("is written once, with everything within it", () => {
    const ask = asking(aSchema(aFirm()), "{ firm { name boss { name } } }");
    const [first, second] = [ask().data?.firm, ask().data?.firm];

    expect(first).toBeInstanceOf(JsonText);
    expect(second).toBe(first);
    expect(writeJson({ firm: second })).toBe('{"firm":{"name":"A \\"B\\"","boss":{"name":"Ada"}}}');
  });

  it("is the same in a list, where there may be none", () => {
    const ask = asking(aSchema(aFirm()), "{ firms { name } }");
    ask();

    expect(writeJson(ask().data)).toBe('{"firms":[{"name":"A \\"B\\""},null,{"name":"A \\"B\\""}]}');
  });

  it("is not told to whoever may not read one of its fields, though another one was", () => {
    const ask = asking(aSchema(aFirm()), "{ firm { secret } }");
    ask(["secrets"]);

    const refused = ask();
    expect(writeJson(refused.data)).toBe('{"firm":{"secret":null}}');
    expect(refused.errors?.map(({ message, path }) => ({ message, path }))).toEqual([
      { message: "Not for you", path: ["firm", "secret"] },
    ]);
    expect(writeJson(ask(["secrets"]).data)).toBe('{"firm":{"secret":"s"}}');
  });

  it("is not kept where it tells of an error", () => {
    const ask = asking(aSchema(frozen({ name: "A", odd: null })), "{ firm { name odd } }");

    for (let time = 0; time < 2; time += 1) expect(ask().errors).toHaveLength(1);
  });

  it("is not kept where one of its fields does more than reading a member", () => {
    const ask = asking(aSchema(aFirm()), "{ firm { name fans } }");

    expect(writeJson(ask().data)).toBe('{"firm":{"name":"A \\"B\\"","fans":1}}');
    expect(writeJson(ask().data)).toBe('{"firm":{"name":"A \\"B\\"","fans":2}}');
    expect(asking(aSchema(aFirm()), '{ firm { asked(by: "me") } }')().data?.firm).not.toBeInstanceOf(JsonText);
  });

  it("is not kept of what may change, or has a member to be called", () => {
    for (const changing of [{ name: "A" }, frozen({ name: () => "A" })]) {
      expect(asking(aSchema(changing), "{ firm { name } }")().data?.firm).not.toBeInstanceOf(JsonText);
    }
  });

  it("is an object for whoever did not ask for JSON", () => {
    const ask = asking(aSchema(aFirm()), "{ firm { name } }");
    ask();

    expect(ask([], false).data).toEqual({ firm: { name: 'A "B"' } });
  });

  it("is told apart by the selection", () => {
    const ask = asking(aSchema(aFirm()), "{ one: firm { name } two: firm { odd } }");

    for (let time = 0; time < 2; time += 1) {
      expect(writeJson(ask().data)).toBe('{"one":{"name":"A \\"B\\""},"two":{"odd":1}}');
    }
  });
});

describe("the texts that are kept", () => {
  const about = (texts: EntityTexts, entity: object, selection: number) =>
    texts.find(entity, selection, { context: {}, passed: undefined })?.text;
  const keep = (texts: EntityTexts, entity: object, selection: number, text = "{}") =>
    texts.keep(entity, { selection, text, checks: [] });

  it("are all let go once they take more than they may", () => {
    const texts = new EntityTexts(100_000);
    const entities = Array.from({ length: 1_000 }, () => ({}));
    for (const entity of entities) keep(texts, entity, 1);

    const kept = entities.filter((entity) => about(texts, entity, 1) !== undefined);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThanOrEqual(100_000 / 200);
    expect(about(texts, entities.at(-1) as object, 1)).toBe("{}");
  });

  it("hold none that would take the place of all others", () => {
    const texts = new EntityTexts(100_000);
    const entity = {};

    expect(keep(texts, entity, 1, "x".repeat(1_000)).text).toHaveLength(1_000);
    expect(about(texts, entity, 1)).toBeUndefined();
  });

  it("are few for each entity, so that none has to be looked for long", () => {
    const texts = new EntityTexts(1_000_000);
    const entity = {};
    for (let selection = 0; selection < 100; selection += 1) keep(texts, entity, selection);

    const found = Array.from({ length: 100 }, (_, selection) => about(texts, entity, selection)).filter(Boolean);
    expect(found.length).toBeLessThanOrEqual(8);
    expect(about(texts, entity, 99)).toBe("{}");
  });
});
