import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
} from "graphql";
import { tooLarge, tooManyPaidFields } from "../graphql/errors.ts";
import { OperationSize, type Size } from "./operation-size.ts";

/** How much one operation may ask. */
export interface DocumentBounds {
  maxTokens: number;
  /** Fields within fields. */
  maxDepth: number;
  /** Renamed fields in the whole operation, `__typename` included. */
  maxAliases: number;
  /** How often one field may stand in one selection, fragments counted where they are spread. */
  maxRepeats: number;
  maxDirectives: number;
  maxRootFields: number;
  maxPaidFields: number;
  /** Characters of one text. */
  maxStringLength: number;
  /** Objects and lists within each other, in one value. */
  maxJsonDepth: number;
  /** Members and items of all values together. */
  maxJsonMembers: number;
}

/**
 * Holds a document against the bounds by its text alone, before it is validated: validation itself takes long over a
 * document made to be slow. Fragments count wherever they are spread.
 *
 * @throws TOO_MANY_PAID_FIELDS or OPERATION_TOO_LARGE
 */
export function checkDocument(document: DocumentNode, bounds: DocumentBounds, paidFields: ReadonlySet<string>): void {
  const fragments = new Map(document.definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));
  for (const operation of document.definitions.filter(isOperation)) {
    check(new OperationSize(fragments, paidFields).measure(operation), bounds);
  }
  // Validation looks at those that nobody spreads as well, to say so.
  const sizes = new OperationSize(fragments, paidFields);
  for (const name of fragments.keys()) check({ ...sizes.measureFragment(name), paidFields: 0, rootFields: 0 }, bounds);
}

function check(size: Size, bounds: DocumentBounds): void {
  if (size.paidFields > bounds.maxPaidFields) throw tooManyPaidFields(bounds.maxPaidFields);
  for (const [what, count, most] of [
    ["root fields", size.rootFields, bounds.maxRootFields],
    ["levels", size.depth, bounds.maxDepth],
    ["aliases", size.aliases, bounds.maxAliases],
    ["directives", size.directives, bounds.maxDirectives],
    ["repetitions of one field", size.repeats, bounds.maxRepeats],
    ["characters in one text", size.stringLength, bounds.maxStringLength],
    ["levels in one value", size.jsonDepth, bounds.maxJsonDepth],
    ["members in its values", size.jsonMembers, bounds.maxJsonMembers],
  ] as const) {
    if (count > most) throw tooLarge(what, most);
  }
}

function isFragment(definition: DefinitionNode): definition is FragmentDefinitionNode {
  return definition.kind === Kind.FRAGMENT_DEFINITION;
}

function isOperation(definition: DefinitionNode): definition is OperationDefinitionNode {
  return definition.kind === Kind.OPERATION_DEFINITION;
}
