import type { ProviderChargeOperation } from "../generated/operations.ts";

/** A mutation that costs money, as far as these tests need to know it. */
export interface PaidMutation {
  name: string;
  operation: ProviderChargeOperation;
  inputType: string;
  /** The type that a purchase is answered with. */
  success: string;
  /** What the sandbox prints the provider's address under. */
  addressSetting: "CREDAS_BASE_URL" | "TRUEWORK_BASE_URL" | "YOUVERIFY_BASE_URL";
  /** Whether a free read goes before the claim. */
  readsFirst: boolean;
  /** Whether the provider gives each purchase an id of its own. */
  purchaseHasId: boolean;
  /** Something that the sandbox sells, for any number. */
  targetOf(n: number): string;
  inputAbout(target: string): Record<string, unknown>;
}

/** One intended purchase: always the same key with the same input. */
export interface Purchase {
  mutation: PaidMutation;
  target: string;
  idempotencyKey: string;
}

const companies = ["6510", "6511", "6512", "6513"];
const verifications = [
  "vr_sandbox_completed_one_report",
  "vr_sandbox_COMPLETED_ONE_REPORT",
  "vr_sandbox_completed_without_date",
];

export const reverifyVerification: PaidMutation = {
  name: "reverifyVerification",
  operation: "REVERIFY_VERIFICATION",
  inputType: "ReverifyVerificationInput",
  success: "ReverifyVerificationSuccess",
  addressSetting: "TRUEWORK_BASE_URL",
  readsFirst: true,
  purchaseHasId: true,
  targetOf: (n) => verifications[n % verifications.length] ?? "",
  inputAbout: (verificationId) => ({ verificationId, reportId: verificationId.replace(/^vr_/, "rep_") }),
};

export const refreshCompanyReport: PaidMutation = {
  name: "refreshCompanyReport",
  operation: "REFRESH_COMPANY_REPORT",
  inputType: "RefreshCompanyReportInput",
  success: "RefreshCompanyReportSuccess",
  addressSetting: "CREDAS_BASE_URL",
  readsFirst: false,
  purchaseHasId: false,
  targetOf: (n) => companies[n % companies.length] ?? "",
  inputAbout: (companyId) => ({ companyId }),
};

export const requestBusinessCreditReport: PaidMutation = {
  name: "requestBusinessCreditReport",
  operation: "REQUEST_BUSINESS_CREDIT_REPORT",
  inputType: "RequestBusinessCreditReportInput",
  success: "RequestBusinessCreditReportSuccess",
  addressSetting: "YOUVERIFY_BASE_URL",
  readsFirst: false,
  purchaseHasId: true,
  // A number for each: the report is charged whether or not the sandbox knows the business.
  targetOf: (n) => `CT${String(n % 1_000_000).padStart(6, "0")}`,
  inputAbout: (companyNumber) => ({ companyNumber, subjectConsent: true }),
};

export const paidMutations = [refreshCompanyReport, reverifyVerification, requestBusinessCreditReport];
