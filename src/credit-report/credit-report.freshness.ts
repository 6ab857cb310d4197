import type { CacheSettings } from "../cache/cache-settings.ts";
import type { BusinessCreditReport, CreditReportStatus } from "./credit-report.type.ts";

const final = new Set<CreditReportStatus>(["FOUND", "NOT_FOUND"]);

/** How long a report is answered with without asking again, in milliseconds: on a pending one the provider goes on trying. */
export function creditReportFreshForMs(
  report: BusinessCreditReport | null,
  { creditReport, openCreditReport, notFound }: CacheSettings["freshMs"],
): number {
  if (report === null) return notFound;
  return final.has(report.status) ? creditReport : openCreditReport;
}
