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
export function createContext(request: RequestContext, parts: ContextParts): Context {
  return new RequestScope(request, parts);
}

// A class, for there is one for every request: what nobody takes from it is never made.
class RequestScope implements Context {
  private readonly lookups: Lookups;
  private companyLoader: CompanyLoader | undefined;
  private verificationLoader: VerificationLoader | undefined;
  private creditReportLoader: CreditReportLoader | undefined;

  constructor(
    private readonly request: RequestContext,
    private readonly parts: ContextParts,
  ) {
    this.lookups = new Lookups(parts.maxLookups);
  }

  get requestId() {
    return this.request.requestId;
  }

  get caller() {
    return this.request.caller;
  }

  get now() {
    return this.request.now;
  }

  get arrivedAtMs() {
    return this.request.arrivedAtMs;
  }

  get log() {
    return this.request.log;
  }

  get watch() {
    return this.request.watch;
  }

  get credas() {
    return this.parts.providers.credas;
  }

  get truework() {
    return this.parts.providers.truework;
  }

  get youverify() {
    return this.parts.providers.youverify;
  }

  get ledger() {
    return this.parts.ledger;
  }

  get charges() {
    return this.parts.charges;
  }

  get checkValueSize() {
    return this.parts.checkValueSize;
  }

  get paidFieldsUntilMs() {
    return this.request.arrivedAtMs + this.parts.paidFieldsTimeoutMs;
  }

  get purchaseChecks() {
    return { REQUEST_BUSINESS_CREDIT_REPORT: createCreditReportPurchaseCheck(this.youverify) };
  }

  get companies() {
    this.companyLoader ??= createCompanyLoader(this.parts.caches.companies, this.lookups);
    return this.companyLoader;
  }

  get verifications() {
    this.verificationLoader ??= createVerificationLoader(this.parts.caches.verifications, this.lookups);
    return this.verificationLoader;
  }

  get creditReports() {
    this.creditReportLoader ??= createCreditReportLoader(this.parts.caches.creditReports, this.lookups);
    return this.creditReportLoader;
  }
}
