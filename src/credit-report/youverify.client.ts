import type { Purchase } from "../charge/ledger/spending.ts";
import type { PaidOrder } from "../http/paid-call.ts";
import { judgePaidReply, type PaidOutcome, type ProviderDialect } from "../http/paid-outcome.ts";
import { orProviderError, type ProviderError } from "../http/provider-error.ts";
import type { ProviderHttp } from "../http/provider-http.ts";
import { path } from "../http/request-path.ts";
import type { Turn } from "../http/turns.ts";
import type { BusinessCreditReport } from "./credit-report.type.ts";
import { parseCreditReportId } from "./credit-report-id.ts";
import { toBusinessCreditReport } from "./youverify.mapper.ts";
import {
  type CreditReportResponse,
  creditReportResponse,
  purchaseResponse,
  sourceUnreachableResponse,
} from "./youverify.responses.ts";

/** The request field that carries the company number: the vendor's page says one in its sample and the other in its table. */
export type CompanyField = "companyNumber" | "companyName";

export interface CreditReportOrder {
  companyNumber: string;
  /** Stored with the report and given back with it. */
  metadata?: object | undefined;
  /** Stored with the report too, so that an operator can tell whose it is. */
  chargeId: string;
}

/** The member of a report's metadata that carries the id of the charge it was bought under. */
export const chargeMember = "diligenceCharge";

const reportType = "gbBusinessCreditReport";

/** Youverify's UK business credit reports. */
export class YouverifyClient {
  constructor(
    private readonly http: ProviderHttp,
    private readonly companyField: CompanyField,
  ) {}

  /**
   * One report, or null if there is none. Free. The endpoint serves every kind of identity the account holds; one that is
   * no UK business credit report is not ours to show, and counts as none.
   *
   * @throws ProviderError
   */
  async findReport(id: string): Promise<BusinessCreditReport | null> {
    const response = await this.findResponse(id);
    if (response === null) return null;

    const report = this.toReport(response);
    if (report.id !== id) throw this.http.malformed("expected the report asked for, got another one", "another-id");
    return report;
  }

  /** Takes a turn for a paid call, before anything is claimed for it; null where none can be had. */
  reservePaid(withinMs: number): Promise<Turn | null> {
    return this.http.reservePaid(withinMs);
  }

  /** Buys a report. Whether it is charged for a business that is not found, the vendor does not say; it is taken as charged. Read the answer of a charged one with `readRequested`. */
  async requestReport(order: CreditReportOrder, turn?: Turn): Promise<PaidOutcome> {
    return judgePaidReply(await this.http.sendPaid(this.toRequest(order), turn), sourceUnreachable);
  }

  /** The report that a charged request answered with, or why it can't be read: the charge stands either way. */
  readRequested(body: unknown): BusinessCreditReport | ProviderError {
    return orProviderError(() => this.toReport(this.parse(body)));
  }

  /** What the answer to a charged call tells of what was bought, even where it can't be read as a report. */
  readPurchase(body: unknown): Purchase {
    const { data } = purchaseResponse.safeParse(body);
    return { resultId: data ? parseCreditReportId(data.data.id) : null };
  }

  /**
   * Under which charge a report was bought: with a null id where the report does not tell, null where there is no such
   * report. Free.
   *
   * @throws ProviderError
   */
  async findPurchase(id: string): Promise<{ chargeId: string | null } | null> {
    const response = await this.findResponse(id);
    if (response === null) return null;
    const chargeId = response.metadata?.[chargeMember];
    return { chargeId: typeof chargeId === "string" ? chargeId : null };
  }

  private toRequest({ companyNumber, metadata, chargeId }: CreditReportOrder): PaidOrder {
    return {
      method: "POST",
      path: path`/v2/api/identity/credit-report/gb/business`,
      json: {
        [this.companyField]: companyNumber,
        isSubjectConsent: true,
        metadata: { ...metadata, [chargeMember]: chargeId },
      },
    };
  }

  private async findResponse(id: string): Promise<CreditReportResponse | null> {
    const json = await this.http.findJson(path`/v2/api/identity/${id}`);
    if (json === null) return null;
    const response = this.parse(json);
    return response.type && response.type !== reportType ? null : response;
  }

  private parse(json: unknown): CreditReportResponse {
    const { success, data } = creditReportResponse.safeParse(json);
    if (!success) throw this.http.malformed("expected a credit report with an id, got none", "missing-id");
    return data.data;
  }

  private toReport(response: CreditReportResponse): BusinessCreditReport {
    const id = parseCreditReportId(response.id);
    if (id === null) throw this.http.malformed("expected an id of 24 hex digits, got another kind", "missing-id");
    const { [chargeMember]: _ours, ...metadata } = response.metadata ?? {};
    const report = toBusinessCreditReport(id, { ...response, metadata: response.metadata && metadata });
    if (report.status === "UNKNOWN") this.http.reportOdd("unknown-enum-value");
    return report;
  }
}

// Its own word that it could not even begin: the only 5xx of any provider that proves nothing was charged.
const sourceUnreachable: ProviderDialect = (status, body) =>
  (status === 500 || status === 503) && sourceUnreachableResponse.safeParse(body).success
    ? { state: "NOT_CHARGED", because: "unavailable", status }
    : undefined;
