import { badUserInput } from "./errors.ts";

/** @throws BAD_USER_INPUT unless the text has that many characters, is well-formed Unicode and has no NUL. */
export function checkText(name: string, text: string, { min, max }: { min: number; max: number }): void {
  if (text.length < min || text.length > max) {
    throw badUserInput(`Expected ${name} to have ${min} to ${max} characters, got ${text.length}.`);
  }
  checkUnicode(name, text);
}

/**
 * @throws BAD_USER_INPUT where any text or key in a JSON value is not well-formed Unicode, has a NUL, or is `__proto__`, and
 * where a number is too large to be one.
 */
export function checkJson(name: string, value: unknown): void {
  if (typeof value === "string") checkUnicode(name, value);
  // 1e400 is read as Infinity, which JSON would turn into null on its way to the provider.
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw badUserInput(`Expected every number in ${name} to be finite, got one that is too large.`);
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    checkUnicode(name, key);
    if (key === "__proto__") throw badUserInput(`Expected no key __proto__ in ${name}, got one.`);
    checkJson(name, member);
  }
}

// Neither has one spelling everywhere: databases refuse NUL, and encoders replace half a character with another one.
function checkUnicode(name: string, text: string): void {
  if (text.isWellFormed() && !text.includes("\0")) return;
  throw badUserInput(`Expected ${name} to be well-formed text without NUL, got something else.`);
}
