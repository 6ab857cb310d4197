import {
  buildSchema,
  type GraphQLAbstractType,
  type GraphQLEnumType,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from "graphql";
import { needsNoInfo } from "../../../src/graphql/execution/needs-no-info.ts";
import { Random } from "../../support/random.ts";

const sdl = `
  scalar Touchy
  scalar _Any
  enum Colour { RED GREEN }
  input Search { text: String! = "all", ids: [ID!], colour: Colour = RED, deeper: Search }

  interface Thing { id: ID!, name: String, next: Thing, all(first: Int! = 2, after: String): [Thing!] }
  type Person implements Thing { ${thingFields("")} age: Int, born: Touchy!, colours: [Colour!]!, friends: [Person]! }
  type Firm implements Thing { ${thingFields("")} boss: Person!, staff: [Person!]!, grid: [[Int!]]!, note: Note }
  type Note { text: String!, about: Any!, abouts: [Any]!, sizes: [Float!], ok: Boolean!, more: String }
  union Any = Person | Firm | Note

  type Query {
    thing(id: ID = "1", search: Search, colour: Colour): Thing
    things(ids: [ID!]!, first: Int! = 3): [Thing]!
    person(id: ID!): Person
    firm: Firm
    note(texts: [String]): Note!
    anything: [Any!]
    count(of: [Int!]): Int!
    _entities(representations: [_Any!]!): [Any]!
  }
  type Mutation { change(id: ID!): Thing, changeAll: [Thing!]! }
`;

function thingFields(more: string): string {
  return `id: ID!, name: String, next: Thing, all(first: Int! = 2, after: String): [Thing!] ${more}`;
}

/** Something resolved: what is asked of it follows from its seed alone. */
type Source = { seed: number } & Record<string, unknown>;

/**
 * A schema whose resolvers do everything a resolver may: answer at once, later, out of order, with null, with an error, with
 * something of another type, or throw. Whoever asks the same is answered the same.
 */
export function unrulySchema(seed: number): GraphQLSchema {
  const schema = buildSchema(sdl);
  const world = new World(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    if (isObjectType(type)) world.teach(type, seed);
    if (isAbstractType(type)) world.tellApart(type);
    if (type.name === "Touchy") (type as GraphQLScalarType).serialize = touchy;
  }
  return schema;
}

function touchy(value: unknown): unknown {
  if (value === "throws") throw new Error("touchy");
  return value === "nothing" ? undefined : value;
}

class World {
  constructor(private readonly schema: GraphQLSchema) {}

  teach(type: GraphQLObjectType, seed: number): void {
    const isRoot = type.name === "Query" || type.name === "Mutation";
    for (const field of Object.values(type.getFields())) {
      // Some fields are members of what was resolved, plain or to be called; some resolvers have no use for info.
      const style = new Random(hash(field.name, type.name)).upTo(3);
      const resolve = (source: Source | undefined, args: object, _context: unknown, info?: { fieldName: string }) => {
        const of = `${source?.seed ?? seed} ${type.name}.${info?.fieldName ?? field.name} ${JSON.stringify(args)}`;
        return this.make(field.type, new Random(hash(of, "")), 0);
      };
      if (isRoot || style === 0) field.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
      else if (style === 1) field.resolve = needsNoInfo((source: Source, args: object) => resolve(source, args, null));
    }
    if (type.name === "Person") type.isTypeOf = (source: Source) => source.seed % 17 !== 0;
    if (type.name === "Note") type.isTypeOf = async (source: Source) => source.seed % 19 !== 0;
  }

  tellApart(type: GraphQLAbstractType): void {
    if (type.name !== "Any") return;
    type.resolveType = (source: Source) => {
      if (source.seed % 23 === 0) throw new Error("nobody knows");
      const name = source.seed % 29 === 0 ? "Query" : source.seed % 31 === 0 ? "Nothing" : String(source.__typename);
      return source.seed % 2 === 0 ? name : Promise.resolve(name);
    };
  }

  private make(type: GraphQLOutputType, random: Random, depth: number, tame = false): unknown {
    if (!tame) {
      if (random.chance(0.03)) throw new Error(`thrown ${random.upTo(99)}`);
      if (random.chance(0.03)) return new Error(`returned ${random.upTo(99)}`);
      if (random.chance(0.06)) return random.pick([null, undefined]);
      if (random.chance(0.02)) return random.pick(["a text", 7.5, { a: 1 }, Number.NaN, true]);
      if (random.chance(0.25)) return this.later(type, random, depth);
    }
    if (isNonNullType(type)) return this.make(type.ofType, random, depth, true);
    if (isListType(type)) return this.makeList(type.ofType, random, depth);
    if (isEnumType(type)) return random.pick((type as GraphQLEnumType).getValues()).value;
    if (isScalarType(type)) return this.makeScalar(type.name, random);
    return this.makeSource(type, random);
  }

  private async later(type: GraphQLOutputType, random: Random, depth: number): Promise<unknown> {
    for (let steps = random.upTo(3); steps > 0; steps -= 1) await new Promise((resolve) => setImmediate(resolve));
    if (random.chance(0.1)) throw random.pick([new Error("rejected"), "no error at all"]);
    return this.make(type, random, depth, true);
  }

  // Where one item takes the list with it, graphql-js leaves the promises of the others to nobody: so not both here.
  private makeList(type: GraphQLOutputType, random: Random, depth: number): unknown {
    const tame = isNonNullType(type);
    const items = Array.from({ length: random.upTo(4) }, () => {
      const item = () => this.make(type, random, depth + 1, tame);
      try {
        return item();
      } catch (error) {
        return error;
      }
    });
    return random.pick([items, new Set(items), items]);
  }

  private makeScalar(name: string, random: Random): unknown {
    switch (name) {
      case "Int":
        return random.pick([0, 1, -5, "12", 2 ** 31 - 1, 2 ** 31, 1.5, true, -0]);
      case "Float":
        return random.pick([0, 1.5, "2.5", Number.NaN]);
      case "Boolean":
        return random.pick([true, false, 1, "yes"]);
      case "Touchy":
        return random.pick(["fine", "throws", "nothing", { deep: ["value"] }]);
      default:
        return random.pick(["a text", "", 12, true, "Ω \ud800", { valueOf: (): string => "valued" }]);
    }
  }

  private makeSource(type: GraphQLOutputType, random: Random): Source {
    const concrete = isAbstractType(type)
      ? random.pick(this.schema.getPossibleTypes(type))
      : (type as GraphQLObjectType);
    const seed = random.upTo(2 ** 30);
    const source: Source = { seed, __typename: concrete.name };
    for (const field of Object.values(concrete.getFields())) {
      if (field.resolve) continue;
      const answer = (args: object) =>
        this.make(field.type, new Random(hash(`${seed} ${field.name} ${JSON.stringify(args)}`, "")), 0);
      const called = field.args.length > 0 || hash(field.name, concrete.name) % 3 === 0;
      Object.defineProperty(source, field.name, called ? { value: answer } : { get: () => answer({}) });
    }
    return source;
  }
}

function hash(text: string, salt: string): number {
  let sum = 2_166_136_261;
  for (const char of text + salt) sum = Math.imul(sum ^ (char.codePointAt(0) ?? 0), 16_777_619);
  return sum >>> 0;
}
