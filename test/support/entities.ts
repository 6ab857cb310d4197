import type { Company } from "../../src/company/company.type.ts";
import type { BusinessCreditReport } from "../../src/credit-report/credit-report.type.ts";
import type { Verification } from "../../src/verification/verification.type.ts";
import type { VerificationReport } from "../../src/verification/verification-report.type.ts";
import { VERIFICATION_ID } from "../fixtures/truework/verification-record.ts";
import { REPORT_ID } from "../fixtures/youverify/credit-report-answer.ts";

// Entities of ours that tell nothing but what the test is about.

export function aCompany(told: Partial<Company> = {}): Company {
  return { id: "6510", name: null, registrationNumber: null, status: null, report: null, ...told };
}

export function aVerification(told: Partial<Verification> = {}): Verification {
  return {
    id: VERIFICATION_ID,
    createdAt: "2030-01-02T03:04:05.678Z",
    completedAt: null,
    state: "COMPLETED",
    type: null,
    permissiblePurpose: null,
    useCase: null,
    price: null,
    turnaroundTime: null,
    target: null,
    additionalInformation: null,
    cancellation: null,
    documents: [],
    loanId: null,
    metadata: null,
    reports: [],
    requestParameters: null,
    resellerOriginatingParty: null,
    ...told,
  };
}

export function aVerificationReport(told: Partial<VerificationReport> = {}): VerificationReport {
  return {
    id: "RepSpecimen",
    createdAt: null,
    currentAsOf: null,
    employer: null,
    employee: null,
    document: {},
    ...told,
  };
}

export function aCreditReport(told: Partial<BusinessCreditReport> = {}): BusinessCreditReport {
  return {
    id: REPORT_ID,
    status: "UNKNOWN",
    reason: null,
    idNumber: null,
    country: null,
    consent: null,
    rating: null,
    businessData: [],
    shareholders: [],
    facilityPerformance: [],
    financials: [],
    metadata: null,
    requestedAt: null,
    createdAt: null,
    lastModifiedAt: null,
    requestedBy: null,
    ...told,
  };
}
