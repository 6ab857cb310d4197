import { type DocumentNode, type FragmentDefinitionNode, Kind, OperationTypeNode } from "graphql";
import { anonymous } from "../auth/authenticate.ts";
import { checkRepresentations } from "../bounds/representation-bounds.ts";
import type { ResolvedOperation } from "../graphql/apollo.ts";
import { badUserInput, unauthenticated } from "../graphql/errors.ts";

/** What is asked of every operation once it is known to be valid, and before anything is resolved. */
export function createOperationCheck({ maxRepresentations }: { maxRepresentations: number }) {
  // By the parsed document, which is the same for as long as it is kept.
  const fragmentsOf = new WeakMap<DocumentNode, Fragments>();
  return ({ operation, document, variables, caller }: ResolvedOperation): void => {
    if (operation.operation === OperationTypeNode.SUBSCRIPTION)
      throw badUserInput("Expected a query or a mutation, got a subscription.", 400);
    if (caller === anonymous) checkAnonymous(operation);
    const fragments = fragmentsOf.get(document) ?? readFragments(document);
    fragmentsOf.set(document, fragments);
    checkRepresentations(operation, { fragments, variables, max: maxRepresentations });
  };
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function readFragments({ definitions }: DocumentNode): Fragments {
  return new Map(
    definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

// A router, or the tool that publishes the schema, reads the SDL with the router's secret alone.
function checkAnonymous({ selectionSet }: ResolvedOperation["operation"]): void {
  const onlySdl = selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && selection.name.value === "_service",
  );
  if (!onlySdl) throw unauthenticated("Expected a bearer token in the Authorization header.");
}
