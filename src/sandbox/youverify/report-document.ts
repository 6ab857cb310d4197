import type { CompanyAnswer } from "./companies.ts";
import { NO_RATING } from "./companies.ts";

const OUR_BUSINESS_ID = "5a0db0510000000000000001";
const API_USER = { firstName: "API", lastName: "User", middleName: "", id: "5a0db0510000000000000002" };

export interface ReportState {
  id: string;
  companyNumber: string;
  metadata: Record<string, unknown>;
  answer: CompanyAnswer;
  isPending: boolean;
  /** Milliseconds since the epoch. */
  requestedAt: number;
}

/** A credit report as Youverify shows it: `data` of the page's sample, found, not found or pending. */
export function toDocument({ id, companyNumber, metadata, answer, isPending, requestedAt }: ReportState) {
  const found = !isPending && answer.kind !== "not-found" && answer.kind !== "always-pending" ? answer.data : null;
  const createdAt = new Date(requestedAt + 170).toISOString();
  return {
    id,
    parentId: null,
    ...statusOf(isPending, found !== null),
    businessData: found?.businessData ?? [],
    companyShareholderList: found?.companyShareholderList ?? [],
    facilityPerformanceSummary: found?.facilityPerformanceSummary ?? [],
    companyFinancialList: found?.companyFinancialList ?? [],
    creditRatingInformation: found?.creditRatingInformation ?? NO_RATING,
    isConsent: true,
    // In the page's sample the number echoed is not the one asked for.
    idNumber: companyNumber === "T12345678" ? "T01234560" : companyNumber,
    businessId: OUR_BUSINESS_ID,
    type: "gbBusinessCreditReport",
    requestedAt: new Date(requestedAt).toISOString(),
    requestedById: API_USER.id,
    country: "GB",
    createdAt,
    lastModifiedAt: createdAt,
    metadata,
    requestedBy: API_USER,
  };
}

// Upper case for PENDING alone: so the page on webhooks writes it.
function statusOf(isPending: boolean, isFound: boolean) {
  if (isPending) return { status: "PENDING", reason: null };
  return isFound ? { status: "found", reason: null } : { status: "not_found", reason: "Not Found" };
}
