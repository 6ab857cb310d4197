import { fingerprint } from "../charge/purchase/fingerprint.ts";
import { checkIdempotencyKey } from "../charge/purchase/idempotency-key.ts";
import { readBought } from "../charge/purchase/read-bought.ts";
import { toProblem } from "../charge/purchase/to-problem.ts";
import { badUserInput } from "../graphql/errors.ts";
import { checkJson } from "../graphql/text.ts";
import { normaliseCompanyNumber } from "./company-number.ts";
import type { CreditReportContext } from "./credit-report.context.ts";
import type { RequestBusinessCreditReportInput } from "./credit-report.input.ts";
import {
  ConsentRequired,
  type RequestBusinessCreditReportResult,
  RequestBusinessCreditReportSuccess,
} from "./request-report.result.ts";
import { chargeMember } from "./youverify.client.ts";

/** Buys a credit report on a UK business: one paid call to Youverify, whose answer is the report. */
export async function requestBusinessCreditReport(
  { companyNumber, subjectConsent, metadata, idempotencyKey }: RequestBusinessCreditReportInput,
  context: CreditReportContext,
): Promise<RequestBusinessCreditReportResult> {
  checkIdempotencyKey(idempotencyKey);
  checkCompanyNumber(companyNumber);
  checkMetadata(metadata, context);
  if (!subjectConsent) return new ConsentRequired();

  const { youverify, creditReports, ledger, caller } = context;
  // A blank from a paste would buy "not found".
  const target = companyNumber.trim();
  const spent = await ledger.spend<never>(
    {
      caller: caller.id,
      operation: "REQUEST_BUSINESS_CREDIT_REPORT",
      idempotencyKey,
      fingerprint: fingerprint({ companyNumber, subjectConsent, metadata }),
      provider: "YOUVERIFY",
      target,
      subject: normaliseCompanyNumber(target),
      reserve: (withinMs) => youverify.reservePaid(withinMs),
      send: (chargeId, turn) =>
        youverify.requestReport({ companyNumber: target, metadata: metadata ?? undefined, chargeId }, turn),
      readPurchase: (body) => youverify.readPurchase(body),
    },
    context,
  );
  if (spent.kind !== "charged") return toProblem(spent, "YOUVERIFY");
  const answered = spent.body === undefined ? null : youverify.readRequested(spent.body);
  const bought = { provider: "YOUVERIFY", answered, resultId: spent.charge.resultId, loader: creditReports } as const;
  return new RequestBusinessCreditReportSuccess(spent, await readBought(bought, context));
}

// The vendor's own sample, T12345678, is no Companies House number, so only what can be none at all is refused.
function checkCompanyNumber(companyNumber: string): void {
  if (/^(?=.*[A-Za-z0-9])[\x20-\x7e]{1,64}$/.test(companyNumber)) return;
  throw badUserInput(
    "Expected companyNumber to be 1 to 64 printable ASCII characters with a letter or digit, got something else.",
  );
}

function checkMetadata(
  metadata: object | null | undefined,
  { checkValueSize }: Pick<CreditReportContext, "checkValueSize">,
): void {
  if (!metadata) return;
  checkValueSize(metadata);
  checkJson("metadata", metadata);
  if (Object.hasOwn(metadata, chargeMember)) {
    throw badUserInput(`Expected metadata without ${chargeMember}, which is ours to write, got it.`);
  }
}
