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
  const { maxJsonMembers, maxJsonDepth } = bounds;
  let members = 0;
  let characters = 0;
  const checkText = (text: string): void => {
    checkLength(text, bounds);
    characters += text.length;
    if (characters > maxCharacters) throw tooLarge("characters in its values", maxCharacters);
  };
  const checkMember = (value: unknown, depth: number): void => {
    members += 1;
    if (members > maxJsonMembers) throw tooLarge("members in its values", maxJsonMembers);
    check(value, depth + 1);
  };
  const check = (value: unknown, depth: number): void => {
    if (typeof value === "string") checkText(value);
    if (typeof value !== "object" || value === null) return;
    if (depth > maxJsonDepth) throw tooLarge("levels in one value", maxJsonDepth);
    if (Array.isArray(value)) {
      for (const item of value) checkMember(item, depth);
      return;
    }
    for (const name in value) {
      checkText(name);
      checkMember((value as Record<string, unknown>)[name], depth);
    }
  };
  check(whole, atDepth);
}
