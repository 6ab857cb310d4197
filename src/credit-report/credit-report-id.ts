/** The one spelling of a Youverify id, or null for anything that can't be one: 24 hex digits, in lower case. */
export function parseCreditReportId(id: string): string | null {
  return /^[0-9a-f]{24}$/i.test(id) ? id.toLowerCase() : null;
}
