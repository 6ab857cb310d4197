/**
 * A Truework id as it is, or null for anything that can't be one. Ids are opaque and case-sensitive, so nothing is
 * folded; 255 characters is the column width that Truework advises.
 */
export function parseVerificationId(id: string): string | null {
  return /^[\x21-\x7e]{1,255}$/.test(id) && id !== "." && id !== ".." ? id : null;
}
