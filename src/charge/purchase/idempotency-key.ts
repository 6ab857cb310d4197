import { badUserInput } from "../../graphql/errors.ts";

/** What the inputs of paid mutations say of their key. */
export const idempotencyKeyDescription =
  "One per intended charge, chosen by the client; 1 to 255 visible ASCII characters. A UUID serves. Make it when the form opens, and send the same one on every retry.";

/**
 * Checks the key a client chose for one intended charge, before anything else is done with it.
 *
 * @throws BAD_USER_INPUT unless it is 1 to 255 visible ASCII characters. Blanks and letters beyond ASCII are refused, for
 * proxies and databases may trim or fold them, and then two keys become one or one becomes two.
 */
export function checkIdempotencyKey(key: string): void {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return;
  throw badUserInput(`Expected an idempotencyKey of 1 to 255 visible ASCII characters, got ${describe(key)}.`);
}

function describe(key: string): string {
  if (key === "") return "an empty one";
  return key.length > 255 ? `${key.length} characters` : "one with other characters";
}
