import { GraphQLBoolean, GraphQLEnumType, GraphQLID, GraphQLInt, type GraphQLLeafType, GraphQLString } from "graphql";

/** Makes what an answer says of a scalar or an enum; throws for a value that is none of its type. */
export function compileLeaf(type: GraphQLLeafType): (value: unknown) => unknown {
  const serialize = (value: unknown): unknown => {
    const serialized = type.serialize(value);
    if (serialized !== null && serialized !== undefined) return serialized;
    throw new Error(`Expected ${type.name} to serialize to a value, got none`);
  };
  if (type instanceof GraphQLEnumType) return serialize;
  const isItself = itself.get(type.name);
  return isItself && builtIn.has(type) ? (value) => (isItself(value) ? value : serialize(value)) : serialize;
}

const builtIn = new Set<GraphQLLeafType>([GraphQLString, GraphQLID, GraphQLBoolean, GraphQLInt]);

// What is of the type already is answered as it is; everything else is for graphql-js to convert or to refuse.
const itself = new Map<string, (value: unknown) => boolean>([
  ["String", (value) => typeof value === "string"],
  ["ID", (value) => typeof value === "string"],
  ["Boolean", (value) => typeof value === "boolean"],
  ["Int", (value) => typeof value === "number" && (value | 0) === value && !Object.is(value, -0)],
]);
