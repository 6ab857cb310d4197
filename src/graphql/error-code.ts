/** Whether a value is short and plain enough to be an error's code, such as ECONNRESET or 23505, rather than a text. */
export function isErrorCode(code: unknown): boolean {
  return typeof code === "number" || (typeof code === "string" && /^[\w-]{1,60}$/.test(code));
}
