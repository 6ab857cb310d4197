import {
  type GraphQLCompositeType,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import type { Caller } from "./context.ts";
import { scopeStampedOn } from "./scopes.ts";

/** The first scope that the caller lacks for anything selected below a field; undefined if the caller has them all. */
export function findUnscoped(info: GraphQLResolveInfo, caller: Caller): string | undefined {
  const type = getNamedType(info.returnType);
  if (!isCompositeType(type)) return undefined;
  for (const { selectionSet } of info.fieldNodes) {
    const scope = selectionSet && firstLacking(selectionSet, type, { info, caller, visited: new Set() });
    if (scope) return scope;
  }
  return undefined;
}

interface Walk {
  info: GraphQLResolveInfo;
  caller: Caller;
  visited: Set<string>;
}

function firstLacking({ selections }: SelectionSetNode, type: GraphQLCompositeType, walk: Walk): string | undefined {
  for (const selection of selections) {
    const scope = isSelected(selection, walk.info) ? lackingIn(selection, type, walk) : undefined;
    if (scope) return scope;
  }
  return undefined;
}

function lackingIn(selection: SelectionNode, type: GraphQLCompositeType, walk: Walk): string | undefined {
  const { schema, fragments } = walk.info;
  switch (selection.kind) {
    case Kind.INLINE_FRAGMENT:
      return firstLacking(selection.selectionSet, typeNamed(selection.typeCondition?.name.value, type, schema), walk);
    case Kind.FRAGMENT_SPREAD: {
      const fragment = fragments[selection.name.value];
      if (!fragment || walk.visited.has(selection.name.value)) return undefined;
      walk.visited.add(selection.name.value);
      return firstLacking(fragment.selectionSet, typeNamed(fragment.typeCondition.name.value, type, schema), walk);
    }
    case Kind.FIELD: {
      const field = isUnionType(type) ? undefined : type.getFields()[selection.name.value];
      if (!field) return undefined;
      const scope = scopeStampedOn(field);
      if (scope && !walk.caller.can(scope)) return scope;
      const below = getNamedType(field.type);
      return selection.selectionSet && isCompositeType(below)
        ? firstLacking(selection.selectionSet, below, walk)
        : undefined;
    }
  }
}

function typeNamed(
  name: string | undefined,
  otherwise: GraphQLCompositeType,
  schema: GraphQLSchema,
): GraphQLCompositeType {
  const type = name === undefined ? undefined : schema.getType(name);
  return isCompositeType(type) ? type : otherwise;
}

function isSelected(selection: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.if !== false;
}
