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
/** The value of a variable. */
type Given = (name: string) => unknown;
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
  const given = (name: string) =>
    variables && Object.hasOwn(variables, name) ? variables[name] : defaultOf(variableDefinitions, name);
  if (countRepresentations(selectionSet, fragments, given) > max) throw tooManyRepresentations(max);
}

function countRepresentations({ selections }: SelectionSetNode, fragments: Fragments, given: Given): number {
  let count = 0;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value !== "_entities") continue;
      const value = selection.arguments?.find(({ name }) => name.value === "representations")?.value;
      count += countItems(value, given);
    } else {
      const spread = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (spread) count += countRepresentations(spread.selectionSet, fragments, given);
    }
  }
  return count;
}

function defaultOf(definitions: readonly VariableDefinitionNode[], name: string): unknown {
  const value = definitions.find(({ variable }) => variable.name.value === name)?.defaultValue;
  return value?.kind === Kind.LIST ? value.values : undefined;
}

function countItems(value: ValueNode | undefined, given: Given): number {
  if (value?.kind === Kind.LIST) return value.values.length;
  const items = value?.kind === Kind.VARIABLE ? given(value.name.value) : undefined;
  return Array.isArray(items) ? items.length : 0;
}
