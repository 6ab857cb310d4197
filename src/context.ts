import type { Caches } from "./caches.ts";
import type { ChargeContext } from "./charge/charge.context.ts";
import type { CompanyContext } from "./company/company.context.ts";
import { type CompanyLoader, createCompanyLoader } from "./company/company.loader.ts";
import type { CreditReportContext } from "./credit-report/credit-report.context.ts";
import { type CreditReportLoader, createCreditReportLoader } from "./credit-report/credit-report.loader.ts";
import { createCreditReportPurchaseCheck } from "./credit-report/credit-report.purchase-check.ts";
import type { RequestContext } from "./graphql/context.ts";
import { Lookups } from "./graphql/lookups.ts";
import type { Providers } from "./providers.ts";
import type { VerificationContext } from "./verification/verification.context.ts";
import { createVerificationLoader, type VerificationLoader } from "./verification/verification.loader.ts";

/** What lives as long as one request: everything any domain takes from it. */
export type Context = ChargeContext & CompanyContext & VerificationContext & CreditReportContext;

/** What of the process a request takes along. */
export interface ContextParts extends Pick<ChargeContext, "ledger" | "charges"> {
  providers: Providers;
  /** Refuses a value that is larger than the bounds, once its variables are in it. */
  checkValueSize: CreditReportContext["checkValueSize"];
  caches: Caches;
  /** Entities that one request may look up. */
  maxLookups: number;
  /** How long a request's paid fields wait, in milliseconds from its arrival. */
  paidFieldsTimeoutMs: number;
}

/** What lives with one request: its loaders, and what each domain takes from it. */
export function createContext(
  request: RequestContext,
  { providers, caches, ledger, charges, checkValueSize, maxLookups, paidFieldsTimeoutMs }: ContextParts,
): Context {
  const lookups = new Lookups(maxLookups);
  let companies: CompanyLoader | undefined;
  let verifications: VerificationLoader | undefined;
  let creditReports: CreditReportLoader | undefined;
  return {
    ...request,
    ...providers,
    ledger,
    charges,
    checkValueSize,
    paidFieldsUntilMs: request.arrivedAtMs + paidFieldsTimeoutMs,
    purchaseChecks: { REQUEST_BUSINESS_CREDIT_REPORT: createCreditReportPurchaseCheck(providers.youverify) },
    // Made for whoever asks: most requests ask for one kind of entity.
    get companies() {
      companies ??= createCompanyLoader(caches.companies, lookups);
      return companies;
    },
    get verifications() {
      verifications ??= createVerificationLoader(caches.verifications, lookups);
      return verifications;
    },
    get creditReports() {
      creditReports ??= createCreditReportLoader(caches.creditReports, lookups);
      return creditReports;
    },
  };
}
