import { z } from "zod";
import { jsonObject, listOf, section, text } from "../http/lenient.ts";

const objects = z
  // Where a list is promised, a single object may come.
  .preprocess(
    (value) => (typeof value === "object" && value !== null && !Array.isArray(value) ? [value] : value),
    listOf(z.record(z.string(), z.unknown())),
  );

const creditRating = section({
  rating: text,
  ratingScore: text,
  ratingDate: text,
  previousRating: text,
  previousRatingScore: text,
  previousRatingDate: text,
  creditLimit: text,
  creditLimitDate: text,
  previousCreditLimit: text,
  previousCreditLimitDate: text,
  contractLimit: text,
  keyPositiveFactors: listOf(z.string()),
  otherFactors: listOf(z.string()),
  topShareholders: objects,
});

/** The `data` of a UK business credit report. Nobody publishes one that was found, so nearly nothing is relied upon. */
const creditReport = z.object({
  id: z.string(),
  type: text,
  status: text,
  reason: text,
  idNumber: text,
  country: text,
  isConsent: z.boolean().nullish().catch(null),
  creditRatingInformation: creditRating,
  businessData: objects,
  companyShareholderList: objects,
  facilityPerformanceSummary: objects,
  companyFinancialList: objects,
  metadata: jsonObject,
  requestedAt: text,
  createdAt: text,
  lastModifiedAt: text,
  requestedBy: section({ id: text, firstName: text, middleName: text, lastName: text }),
});

/** Every answer comes in this envelope; a failure has `success: false` and an empty `data`. */
export const creditReportResponse = z.object({ success: z.literal(true).optional(), data: creditReport });

/** What is needed to keep account of a charged call. */
export const purchaseResponse = z.object({ data: z.object({ id: z.string() }) });

/** Its failure envelope, when a source of its own is out of reach: as 500 and as 503, the latter spelled "reacheable". */
export const sourceUnreachableResponse = z.object({
  success: z.literal(false),
  message: z.string().regex(/third-party provider not reache?able/i),
});

export type CreditReportResponse = z.infer<typeof creditReport>;
