import type { Settings } from "../settings.ts";
import type { DocumentBounds } from "./document-bounds.ts";

/** How much one request may ask. */
export interface BoundsSettings extends DocumentBounds {
  /** Entities that a router may ask for in one `_entities`. */
  maxRepresentations: number;
  /** Entities that one request may look up. */
  maxLookups: number;
}

/** Each bound is from 1 to a million. */
export function readBounds(settings: Settings): BoundsSettings {
  const upTo = (name: string, fallback: number) => settings.integer(name, fallback, { min: 1, max: 1_000_000 });
  return {
    maxTokens: upTo("MAX_TOKENS", 5_000),
    maxDepth: upTo("MAX_DEPTH", 20),
    maxAliases: upTo("MAX_ALIASES", 50),
    maxRepeats: upTo("MAX_FIELD_REPEATS", 20),
    maxDirectives: upTo("MAX_DIRECTIVES", 20),
    maxRootFields: upTo("MAX_ROOT_FIELDS", 50),
    maxPaidFields: upTo("MAX_PAID_FIELDS", 5),
    maxRepresentations: upTo("MAX_REPRESENTATIONS", 1_000),
    maxLookups: upTo("MAX_LOOKUPS", 2_000),
    maxStringLength: upTo("MAX_STRING_LENGTH", 5_000),
    maxJsonDepth: upTo("MAX_JSON_DEPTH", 10),
    maxJsonMembers: upTo("MAX_JSON_MEMBERS", 20_000),
  };
}
