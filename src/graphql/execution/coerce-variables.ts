import {
  type GraphQLError,
  GraphQLID,
  type GraphQLInputType,
  GraphQLScalarType,
  type GraphQLSchema,
  GraphQLString,
  getVariableValues,
  isListType,
  isNonNullType,
  type TypeNode,
  typeFromAST,
  type VariableDefinitionNode,
} from "graphql";

export type CoercedVariables =
  | { errors: readonly GraphQLError[]; coerced?: undefined }
  | { errors?: undefined; coerced: Record<string, unknown> };

export type CoerceVariables = (given: Record<string, unknown>) => CoercedVariables;

/** Coerces an operation's variables as graphql-js does, and without its walk where every value is what it would be coerced to. */
export function compileVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): CoerceVariables {
  const plain = definitions.map((definition) => compilePlain(schema, definition));
  return (given) => {
    const coerced = coercePlain(given, plain);
    return coerced ? { coerced } : getVariableValues(schema, definitions, given, { maxErrors });
  };
}

// graphql-js's own default when it executes.
const maxErrors = 50;

interface PlainVariable {
  name: string;
  /** Whether coercing this value, which is given, would answer the same value. */
  isItself: IsItself;
}

type IsItself = (value: unknown) => boolean;

function coercePlain(
  given: Record<string, unknown>,
  plain: readonly PlainVariable[],
): Record<string, unknown> | undefined {
  const coerced: Record<string, unknown> = Object.create(null);
  for (const { name, isItself } of plain) {
    if (!Object.hasOwn(given, name)) return undefined;
    const value = given[name];
    if (!isItself(value)) return undefined;
    coerced[name] = value;
  }
  return coerced;
}

function compilePlain(schema: GraphQLSchema, { variable, type }: VariableDefinitionNode): PlainVariable {
  const named = typeFromAST(schema, type as TypeNode) as GraphQLInputType | undefined;
  return { name: variable.name.value, isItself: named ? compileIsItself(named) : never };
}

const never: IsItself = () => false;

function compileIsItself(type: GraphQLInputType): IsItself {
  if (isNonNullType(type)) return compileIsItself(type.ofType);
  if (isListType(type)) {
    const isItemItself = compileIsItself(type.ofType);
    return (value) => Array.isArray(value) && value.every(isItemItself);
  }
  if (type === GraphQLString || type === GraphQLID) return (value) => typeof value === "string";
  // A scalar that takes any value as it is, such as federation's _Any.
  return type instanceof GraphQLScalarType && type.parseValue === anything.parseValue
    ? (value) => value !== null && value !== undefined
    : never;
}

const anything = new GraphQLScalarType({ name: "Anything" });
