import { type FieldNode, type GraphQLField, getArgumentValues, isNonNullType, Kind } from "graphql";

type Variables = Record<string, unknown>;

/**
 * Reads a field's arguments as graphql-js does, and without its walk where each of them is a variable that is given: what it
 * was coerced to is the argument's value.
 */
export function compileArguments(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (variables: Variables) => Variables {
  const readEach = (variables: Variables) => getArgumentValues(definition, node, variables);
  const plain = plainArguments(definition, node);
  if (!plain) return readEach;
  return (variables) => {
    const read: Variables = {};
    for (const { name, variable, required } of plain) {
      if (!Object.hasOwn(variables, variable)) return readEach(variables);
      const value = variables[variable];
      if (required && (value === null || value === undefined)) return readEach(variables);
      read[name] = value;
    }
    return read;
  };
}

// Only where all of them are given and each is a variable as it is; in the order of the definition, as graphql-js reads them.
function plainArguments({ args }: GraphQLField<unknown, unknown>, { arguments: given = [] }: FieldNode) {
  const plain = args.map(({ name, type }) => {
    const value = given.find((argument) => argument.name.value === name)?.value;
    return value?.kind === Kind.VARIABLE && { name, variable: value.name.value, required: isNonNullType(type) };
  });
  return plain.every((argument) => argument !== false && argument !== undefined) ? plain : undefined;
}
