import type { PaidOrder } from "../http/paid-call.ts";
import { judgePaidReply, type PaidOutcome } from "../http/paid-outcome.ts";
import type { ProviderHttp } from "../http/provider-http.ts";
import { path } from "../http/request-path.ts";
import type { Turn } from "../http/turns.ts";
import type { Company } from "./company.type.ts";
import { toCompany } from "./credas.mapper.ts";
import { companyResponse } from "./credas.responses.ts";

/** Credas Connect, the `ci` API, as far as docs/providers.md knows it. */
export class CredasClient {
  constructor(private readonly http: ProviderHttp) {}

  /**
   * The company as it stands, or null if there is none. Free. The vendor documents that this read exists, not its path.
   *
   * @throws ProviderError
   */
  async findCompany(id: string): Promise<Company | null> {
    const record = await this.http.findJson(path`/api/v2/ci/companies/${id}`);
    return record && this.toCompany(id, record);
  }

  /** Takes a turn for a paid call, before anything is claimed for it; null where none can be had. */
  reservePaid(withinMs: number): Promise<Turn | null> {
    return this.http.reservePaid(withinMs);
  }

  /** Buys a new report for a company. Charged every time. What the provider answers says nothing of the new report. */
  async refreshReport(id: string, turn?: Turn): Promise<PaidOutcome> {
    return judgePaidReply(await this.http.sendPaid(refreshRequest(id), turn), (status) =>
      status === 404 ? { state: "NOT_CHARGED", because: "not-found", status } : undefined,
    );
  }

  private toCompany(id: string, json: object): Company {
    const { data: record } = companyResponse.safeParse(json);
    const named = record?.id ?? record?.companyId;
    if (!record || named !== id) {
      throw this.http.malformed(
        `expected the company's id, got ${named ? "another one" : "none"}`,
        named ? "another-id" : "missing-id",
      );
    }
    return toCompany(id, record, new Date().toISOString());
  }
}

function refreshRequest(id: string): PaidOrder {
  return { method: "POST", path: path`/api/v2/ci/companies/${id}/refresh-report` };
}
