import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  Kind,
  type NamedTypeNode,
  type SelectionSetNode,
  typeFromAST,
} from "graphql";

/** What decides which fields a selection stands for. */
export interface Selecting {
  schema: GraphQLSchema;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  variables: Record<string, unknown>;
}

/** The fields that selections of one type stand for, by their names in the answer, in its order. */
export type CollectedFields = Map<string, FieldNode[]>;

/**
 * Resolves fragments, @skip and @include as the GraphQL specification's CollectFields does.
 *
 * @throws GraphQLError where a condition turns out to be null
 */
export function collectFields(
  selectionSets: readonly SelectionSetNode[],
  type: GraphQLObjectType,
  selecting: Selecting,
): CollectedFields {
  const fields: CollectedFields = new Map();
  const visited = new Set<string>();
  for (const selectionSet of selectionSets) collectInto(fields, selectionSet, { type, selecting, visited });
  return fields;
}

interface Walk {
  type: GraphQLObjectType;
  selecting: Selecting;
  visited: Set<string>;
}

function collectInto(fields: CollectedFields, { selections }: SelectionSetNode, walk: Walk): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD && walk.visited.has(selection.name.value)) continue;
    if (!isIncluded(selection, walk.selecting)) continue;
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value;
      const others = fields.get(name);
      if (others) others.push(selection);
      else fields.set(name, [selection]);
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : spread(selection.name.value, walk);
    if (fragment && appliesTo(fragment.typeCondition, walk)) collectInto(fields, fragment.selectionSet, walk);
  }
}

function spread(name: string, { selecting, visited }: Walk): FragmentDefinitionNode | undefined {
  visited.add(name);
  return selecting.fragments[name];
}

function isIncluded(node: { directives?: readonly DirectiveNode[] }, { variables }: Selecting): boolean {
  if (!node.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}

function appliesTo(condition: NamedTypeNode | undefined, { type, selecting: { schema } }: Walk): boolean {
  if (!condition) return true;
  const named = typeFromAST(schema, condition);
  return named === type || (isAbstractType(named) && schema.isSubType(named, type));
}
