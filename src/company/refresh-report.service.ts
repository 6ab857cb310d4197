import { changing } from "../charge/purchase/changing.ts";
import { fingerprint } from "../charge/purchase/fingerprint.ts";
import { checkIdempotencyKey } from "../charge/purchase/idempotency-key.ts";
import { inTime } from "../charge/purchase/in-time.ts";
import { nothingToShow } from "../charge/purchase/read-bought.ts";
import { toProblem } from "../charge/purchase/to-problem.ts";
import type { CompanyContext } from "./company.context.ts";
import type { RefreshCompanyReportInput } from "./company.input.ts";
import { parseCompanyId } from "./company-id.ts";
import {
  CompanyNotFound,
  type RefreshCompanyReportResult,
  RefreshCompanyReportSuccess,
} from "./refresh-report.result.ts";

/**
 * Buys a new report for a company: one paid call to Credas, which charges every time. The company is read again
 * afterwards, for the provider's answer does not hold the report.
 */
export async function refreshCompanyReport(
  { companyId, idempotencyKey }: RefreshCompanyReportInput,
  context: CompanyContext,
): Promise<RefreshCompanyReportResult> {
  checkIdempotencyKey(idempotencyKey);
  const id = parseCompanyId(companyId);
  if (id === null) return new CompanyNotFound(companyId);

  const { credas, companies, ledger, caller } = context;
  const spent = await ledger.spend<never>(
    {
      caller: caller.id,
      operation: "REFRESH_COMPANY_REPORT",
      idempotencyKey,
      fingerprint: fingerprint({ companyId }),
      provider: "CREDAS",
      target: id,
      subject: id,
      reserve: (withinMs) => credas.reservePaid(withinMs),
      send: (_chargeId, turn) =>
        changing(
          () => companies.forget(id),
          () => credas.refreshReport(id, turn),
        ),
      readPurchase: () => ({ resultId: id }),
    },
    context,
  );
  // Whatever came of it, the copy read before it may be the former report.
  companies.clear(id);

  if (spent.kind === "charged") {
    const read = async () => (await inTime(companies.load(id), "CREDAS", context)) ?? nothingToShow("CREDAS");
    return new RefreshCompanyReportSuccess(spent, read);
  }
  if (spent.kind === "not-charged" && spent.outcome.because === "not-found") return new CompanyNotFound(companyId);
  return toProblem(spent, "CREDAS");
}
