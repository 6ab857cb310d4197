import { tooLarge } from "../graphql/errors.ts";
import type { DocumentBounds } from "./document-bounds.ts";

export type ValueBounds = Pick<DocumentBounds, "maxStringLength" | "maxJsonDepth" | "maxJsonMembers">;

/**
 * Holds a request's variables against the bounds, whatever they are for.
 *
 * @throws OPERATION_TOO_LARGE
 */
export function checkVariables(variables: unknown, bounds: ValueBounds): void {
  // The variables themselves are no level of any value.
  measure(variables, 0, bounds);
}

/**
 * The same for one value as it has become: a literal may name one variable many times, so that a small request stands for
 * a huge value.
 *
 * @throws OPERATION_TOO_LARGE
 */
export function checkValue(value: object, bounds: ValueBounds): void {
  measure(value, 1, bounds);
}

/** @throws OPERATION_TOO_LARGE */
export function checkLength(text: string, { maxStringLength }: ValueBounds): void {
  if (text.length > maxStringLength) throw tooLarge("characters in one text", maxStringLength);
}

// More than any one request's body holds without repeating itself.
const maxCharacters = 2_000_000;

function measure(whole: unknown, atDepth: number, bounds: ValueBounds): void {
  let members = 0;
  let characters = 0;
  const count = (more: number): void => {
    members += more;
    if (members > bounds.maxJsonMembers) throw tooLarge("members in its values", bounds.maxJsonMembers);
  };
  const check = (value: unknown, depth: number): void => {
    if (typeof value === "string") {
      checkLength(value, bounds);
      characters += value.length;
      if (characters > maxCharacters) throw tooLarge("characters in its values", maxCharacters);
    }
    if (typeof value !== "object" || value === null) return;
    if (depth > bounds.maxJsonDepth) throw tooLarge("levels in one value", bounds.maxJsonDepth);
    if (Array.isArray(value)) {
      count(value.length);
      for (const item of value) check(item, depth + 1);
      return;
    }
    for (const name in value) {
      count(1);
      check(name, depth);
      check((value as Record<string, unknown>)[name], depth + 1);
    }
  };
  check(whole, atDepth);
}
