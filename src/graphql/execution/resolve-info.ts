import type { FieldNode, GraphQLField, GraphQLObjectType, GraphQLResolveInfo } from "graphql";
import type { Path } from "./field-errors.ts";
import type { Run } from "./run.ts";

/** Where a field stands: what errors, `info` and its sub-selection need to know of it. */
export interface FieldPosition {
  parentType: GraphQLObjectType;
  definition: GraphQLField<unknown, unknown>;
  nodes: FieldNode[];
}

/** The whole `info` of graphql-js, for whoever may look at it. */
export function resolveInfo(
  { parentType, definition, nodes }: FieldPosition,
  run: Run,
  place: Path,
): GraphQLResolveInfo {
  const { schema, fragments, operation } = run.parts;
  return {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType,
    path: place as GraphQLResolveInfo["path"],
    schema,
    fragments,
    rootValue: undefined,
    operation,
    variableValues: run.variables,
    // A tool of the tests adds to this type what only graphql 17 has.
  } as unknown as GraphQLResolveInfo;
}
