import { tooLarge } from "../graphql/errors.ts";
import type { DocumentBounds } from "./document-bounds.ts";

export type ValueBounds = Pick<DocumentBounds, "maxStringLength" | "maxJsonDepth" | "maxJsonMembers">;

/**
 * Holds a request's variables against the bounds, whatever they are for.
 *
 * @throws OPERATION_TOO_LARGE
 */
export function checkVariables(variables: unknown, bounds: ValueBounds): void {
  let members = 0;
  const count = (more: number): void => {
    members += more;
    if (members > bounds.maxJsonMembers) throw tooLarge("members in its values", bounds.maxJsonMembers);
  };
  const check = (value: unknown, depth: number): void => {
    if (typeof value === "string" && value.length > bounds.maxStringLength) {
      throw tooLarge("characters in one text", bounds.maxStringLength);
    }
    if (typeof value !== "object" || value === null) return;
    if (depth > bounds.maxJsonDepth) throw tooLarge("levels in one value", bounds.maxJsonDepth);
    if (Array.isArray(value)) {
      count(value.length);
      for (const item of value) check(item, depth + 1);
      return;
    }
    const names = Object.keys(value);
    count(names.length);
    for (const name of names) {
      check(name, depth);
      check((value as Record<string, unknown>)[name], depth + 1);
    }
  };
  // The variables themselves are no level of any value.
  check(variables, 0);
}
