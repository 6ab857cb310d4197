import { type Change, CriticalityLevel, diff } from "@graphql-inspector/core";
import { print } from "graphql";
import { documentOf, subgraphSchema } from "../support/our-schema.ts";

/** What is different between two of our SDLs, one line for each. */
export interface Changes {
  /** What may break an operation that works today, or the supergraph's composition. */
  breaking: string[];
  /** What a client can notice without being broken, such as a new enum value. */
  dangerous: string[];
}

export async function changesBetween(before: string, after: string): Promise<Changes> {
  const changes = await diff(schemaOf(before), schemaOf(after));
  const added = new Set(
    changes.filter(({ type }) => type === "FIELD_ADDED" || type === "TYPE_ADDED").map(({ path }) => path),
  );
  const isNew = ({ path = "" }: Change) => [...added].some((one) => path.startsWith(`${one}.`));
  const breaking = changes.filter((change) => isBreaking(change) && !isNew(change));
  const dangerous = changes.filter(
    (change) => change.criticality.level === CriticalityLevel.Dangerous && !breaking.includes(change) && !isNew(change),
  );
  return { breaking: breaking.map(toLine), dangerous: dangerous.map(toLine) };
}

function schemaOf(sdl: string) {
  return subgraphSchema(print(documentOf(sdl)));
}

// To a client that lacks a scope asked for anew, the field is gone; without a key or `@shareable`, nothing composes.
function isBreaking({ type, criticality, meta }: Change): boolean {
  if (criticality.level === CriticalityLevel.Breaking) return true;
  if (!type.startsWith("DIRECTIVE_USAGE_")) return false;
  const { removedDirectiveName: removed, addedDirectiveName: added, directiveName: changed } = meta;
  return ["key", "shareable"].includes(removed) || [removed, added, changed].includes("requiresScopes");
}

function toLine({ path, message }: Change): string {
  return path ? `${path}: ${message}` : message;
}
