import { type GraphQLSchema, isUnionType } from "graphql";
import { frozenWith } from "../frozen-data.ts";
import type { RequestContext } from "./context.ts";
import { badUserInput, forbidden } from "./errors.ts";
import { needsNoInfo } from "./execution/needs-no-info.ts";
import { referenceKey } from "./reference-key.ts";

/** How a router finds an entity by its key. */
export interface EntityReference<Context extends RequestContext = RequestContext> {
  /** Without it nothing of the entity is told, and nothing is asked of a provider. */
  scope: string;
  /** The entity, or null where there is none; at once where it is known, for a list may ask for hundreds. */
  find(id: string, context: Context): object | null | Promise<object | null>;
}

/** By entity type. */
export type EntityReferences = Record<string, EntityReference<never>>;

type Representation = Record<string, unknown> & { __typename?: unknown };

/**
 * Answers `_entities` so that each representation stands alone: one without a key, of an unknown type, or whose lookup
 * fails is an error at its own place, and the others are answered. By default one such representation costs them all.
 */
export function resolveEntities(schema: GraphQLSchema, references: EntityReferences): void {
  const field = schema.getQueryType()?.getFields()._entities;
  if (!field) throw new Error("Expected a subgraph with entities, got one without");
  const entity = schema.getType("_Entity");
  // The same as federation's own, but known not to look at `info`.
  if (isUnionType(entity)) entity.resolveType = needsNoInfo((named: { __typename: string }) => named.__typename);
  field.resolve = needsNoInfo(
    (_source: unknown, { representations }: { representations: Representation[] }, context: RequestContext) =>
      representations.map((representation) => settle(representation, references, context)),
  );
}

// What is known at once is told at once, and what is wrong fails at its own place in the list.
function settle(
  representation: Representation,
  references: EntityReferences,
  context: RequestContext,
): object | null | Promise<object | null> {
  try {
    return findEntity(representation, references, context);
  } catch (error) {
    return Promise.reject(error);
  }
}

function findEntity(
  { __typename: type, id }: Representation,
  references: EntityReferences,
  context: RequestContext,
): object | null | Promise<object | null> {
  const reference = typeof type === "string" && Object.hasOwn(references, type) ? references[type] : undefined;
  if (typeof type !== "string" || !reference)
    throw badUserInput("Expected a representation of one of this graph's entities, got another type.");
  if (!context.caller.can(reference.scope)) throw forbidden(reference.scope);

  const key = referenceKey(id);
  if (key === null) throw badUserInput("Expected a representation with its key, got one without.");
  const found = reference.find(key, context as never);
  return found instanceof Promise ? found.then((entity) => named(entity, type)) : named(found, type);
}

// Kept as long as the entity itself is: of one that many requests ask for, one copy is enough.
const namedEntities = new WeakMap<object, object>();

// The union of all entities is told apart by this member; a copy, for the entity itself may be shared or frozen.
function named(entity: object | null, type: string): object | null {
  if (!entity) return null;
  const known = namedEntities.get(entity);
  if (known) return known;
  const copy = frozenWith(entity, { __typename: type });
  namedEntities.set(entity, copy);
  return copy;
}
