import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

// Bump it when the canonical form changes; a fingerprint of another version never equals one of this.
const version = "1";

/**
 * What tells whether a key is used with the same input: a SHA-256 of the coerced input as RFC 8785 canonical JSON, without
 * the key. Top-level members that are null or at their default are left out, so a member added later with a default leaves
 * earlier fingerprints as they were.
 */
export function fingerprint(input: object, defaults: Record<string, unknown> = {}): string {
  const told = Object.entries(input).filter(([name, value]) => (value ?? null) !== null && value !== defaults[name]);
  const canonical = canonicalize(Object.fromEntries(told));
  return `${version}:${createHash("sha256")
    .update(canonical ?? "")
    .digest("hex")}`;
}
