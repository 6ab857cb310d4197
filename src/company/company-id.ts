/**
 * The one spelling of a Credas company id, or null for anything that can't be one: a positive integer without leading
 * zeros. Whatever else is asked for does not exist, and costs no call.
 */
export function parseCompanyId(id: string): string | null {
  return /^[1-9]\d{0,15}$/.test(id) && Number.isSafeInteger(Number(id)) ? id : null;
}
