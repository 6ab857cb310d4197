import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import type { Providers } from "../../src/providers.ts";
import { VERIFICATION_ID } from "../fixtures/truework/verification-record.ts";
import { REPORT_ID } from "../fixtures/youverify/credit-report-answer.ts";

/** Every free call there is, by name. */
export const reads: [name: string, read: (providers: Providers) => Promise<unknown>][] = [
  ["a company", ({ credas }) => credas.findCompany("6510")],
  ["a verification", ({ truework }) => truework.findVerification(VERIFICATION_ID)],
  ["a list of verifications", ({ truework }) => truework.listVerifications({ limit: 25, offset: 0 })],
  ["a credit report", ({ youverify }) => youverify.findReport(REPORT_ID)],
];

/** Every paid call there is, by name. */
export const paidCalls: [name: string, order: (providers: Providers) => Promise<PaidOutcome>][] = [
  ["Credas's refresh", ({ credas }) => credas.refreshReport("6510")],
  ["Truework's reverify", ({ truework }) => truework.reverify(VERIFICATION_ID, "RepSpecimen", "ASYNC")],
  [
    "Youverify's report",
    ({ youverify }) => youverify.requestReport({ companyNumber: "00012345", chargeId: "charge-1" }),
  ],
];
