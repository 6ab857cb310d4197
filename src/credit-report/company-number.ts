/**
 * A company registration number in one spelling, to compare by: no spaces, upper case, and one of digits only padded to
 * eight, for registers and people drop its leading zeros.
 */
export function normaliseCompanyNumber(companyNumber: string): string {
  const compact = companyNumber.replaceAll(/\s/g, "").toUpperCase();
  return /^\d{1,7}$/.test(compact) ? compact.padStart(8, "0") : compact;
}
