import { readDateTime } from "../graphql/values.ts";
import { type BusinessCreditRating, type BusinessCreditReport, CreditReportStatus } from "./credit-report.type.ts";
import type { CreditReportResponse } from "./youverify.responses.ts";

/** Renames a Youverify report. `id` is its own, spelled our way. */
export function toBusinessCreditReport(id: string, response: CreditReportResponse): BusinessCreditReport {
  return {
    id,
    status: toStatus(response.status),
    reason: response.reason ?? null,
    idNumber: response.idNumber ?? null,
    country: response.country ?? null,
    consent: response.isConsent ?? null,
    rating: toRating(response.creditRatingInformation),
    businessData: response.businessData,
    shareholders: response.companyShareholderList,
    facilityPerformance: response.facilityPerformanceSummary,
    financials: response.companyFinancialList,
    metadata: response.metadata ?? null,
    requestedAt: readDateTime(response.requestedAt),
    createdAt: readDateTime(response.createdAt),
    lastModifiedAt: readDateTime(response.lastModifiedAt),
    requestedBy: toRequester(response.requestedBy),
  };
}

// `not_found` on one page, `PENDING` on another.
function toStatus(word: string | null | undefined): CreditReportStatus {
  const name = word?.trim().toUpperCase() ?? "";
  return Object.hasOwn(CreditReportStatus, name) ? (name as CreditReportStatus) : "UNKNOWN";
}

/** A report that found nothing has a rating all the same, with nothing in it. */
function toRating(sent: CreditReportResponse["creditRatingInformation"]): BusinessCreditRating | null {
  if (!sent || Object.values(sent).every(isEmpty)) return null;
  return {
    rating: sent.rating ?? null,
    score: sent.ratingScore ?? null,
    date: sent.ratingDate ?? null,
    previousRating: sent.previousRating ?? null,
    previousScore: sent.previousRatingScore ?? null,
    previousDate: sent.previousRatingDate ?? null,
    creditLimit: sent.creditLimit ?? null,
    creditLimitDate: sent.creditLimitDate ?? null,
    previousCreditLimit: sent.previousCreditLimit ?? null,
    previousCreditLimitDate: sent.previousCreditLimitDate ?? null,
    contractLimit: sent.contractLimit ?? null,
    keyPositiveFactors: sent.keyPositiveFactors,
    otherFactors: sent.otherFactors,
    topShareholders: sent.topShareholders,
  };
}

function isEmpty(member: string | null | undefined | readonly unknown[]): boolean {
  return !member || member.length === 0;
}

function toRequester(sent: CreditReportResponse["requestedBy"]): BusinessCreditReport["requestedBy"] {
  if (!sent) return null;
  return {
    id: sent.id ?? null,
    firstName: sent.firstName ?? null,
    middleName: sent.middleName ?? null,
    lastName: sent.lastName ?? null,
  };
}
