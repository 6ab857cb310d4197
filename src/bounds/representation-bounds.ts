import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
  type VariableDefinitionNode,
} from "graphql";
import { tooManyRepresentations } from "../graphql/errors.ts";

type Variables = Readonly<Record<string, unknown>> | undefined;
type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * Counts the representations of all `_entities` fields of a validated operation together.
 *
 * @throws TOO_MANY_REPRESENTATIONS
 */
export function checkRepresentations(
  { selectionSet, variableDefinitions = [] }: OperationDefinitionNode,
  { fragments, variables, max }: { fragments: Fragments; variables: Variables; max: number },
): void {
  const given = { ...defaultsOf(variableDefinitions), ...variables };
  if (countRepresentations(selectionSet, fragments, given) > max) throw tooManyRepresentations(max);
}

function countRepresentations({ selections }: SelectionSetNode, fragments: Fragments, variables: Variables): number {
  let count = 0;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value !== "_entities") continue;
      const value = selection.arguments?.find(({ name }) => name.value === "representations")?.value;
      count += countItems(value, variables);
    } else {
      const spread = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (spread) count += countRepresentations(spread.selectionSet, fragments, variables);
    }
  }
  return count;
}

function defaultsOf(definitions: readonly VariableDefinitionNode[]): Variables {
  return Object.fromEntries(
    definitions.flatMap(({ variable, defaultValue }) =>
      defaultValue?.kind === Kind.LIST ? [[variable.name.value, defaultValue.values]] : [],
    ),
  );
}

function countItems(value: ValueNode | undefined, variables: Variables): number {
  if (value?.kind === Kind.LIST) return value.values.length;
  const given = value?.kind === Kind.VARIABLE ? variables?.[value.name.value] : undefined;
  return Array.isArray(given) ? given.length : 0;
}
