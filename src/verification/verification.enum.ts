import { describedEnum, notMet } from "../graphql/described-enum.ts";

// Each has every value of the provider's page, and UNKNOWN for one we have not met.

export const VerificationState = describedEnum(
  "VerificationState",
  "Where a verification stands with the provider. COMPLETED, CANCELED and INVALID are final.",
  {
    PENDING_APPROVAL: "Created and not worked on yet, or waiting for the person's approval.",
    ACTION_REQUIRED: "Waiting for somebody to act in the provider's dashboard.",
    INVALID: "Final: its data does not allow it to be processed, for example an employer nobody can find.",
    PROCESSING: "The provider is working on it.",
    COMPLETED: "Final: finished, with its reports. Only a completed one can be reverified.",
    CANCELED: "Final: called off by the provider or by the one who asked.",
    ...notMet,
  },
);
export type VerificationState = keyof typeof VerificationState;

export const VerificationType = describedEnum("VerificationType", "What is verified.", {
  EMPLOYMENT: "That and how a person is employed.",
  EMPLOYMENT_INCOME: "Employment, and what it pays.",
  TENANT_SCREENING: "What a landlord asks of a future tenant.",
  ASSETS: "What a person owns.",
  SELF_EMPLOYMENT: "Income from self-employment.",
  ...notMet,
});
export type VerificationType = keyof typeof VerificationType;

export const PermissiblePurpose = describedEnum(
  "PermissiblePurpose",
  "The legal ground on which a person's data was asked for.",
  {
    CHILD_SUPPORT: "To set child support payments, for a state or local enforcement agency.",
    CREDIT_APPLICATION: "The person applied for credit.",
    EMPLOYEE_ELIGIBILITY: "Whether an employee may have a benefit for which the law asks after finances or status.",
    EMPLOYEE_REQUEST: "The person asked for it in writing.",
    EMPLOYEE_REVIEW_OR_COLLECTION: "Review or collection of the person's account.",
    EMPLOYMENT: "Employment, with the person's prior written consent.",
    INSURANCE_UNDERWRITING_APPLICATION: "Underwriting insurance that the person applied for.",
    LEGITIMATE_REASON_INITIATED: "A business need in a transaction that the person began.",
    LEGITIMATE_REASON_REVIEW: "A business need to see whether the person still meets an account's terms.",
    RISK_ASSESSMENT: "To assess the credit or prepayment risk of an existing obligation.",
    SUBPOENA: "A court order or a federal grand jury subpoena.",
    ...notMet,
  },
);
export type PermissiblePurpose = keyof typeof PermissiblePurpose;

export const VerificationUseCase = describedEnum(
  "VerificationUseCase",
  "The kind of product a verification was asked for.",
  {
    MORTGAGE: "A mortgage.",
    HOME_EQUITY: "Home equity.",
    BACKGROUND: "A background check.",
    TENANT: "Renting a home.",
    GOVERNMENT: "Government or social services.",
    AUTO: "A car loan.",
    LENDING: "A personal or consumer loan.",
    CREDIT: "A credit card.",
    IDENTITY: "Identity or fraud.",
    INSURANCE: "Insurance.",
    HEALTH: "Health services.",
    OFFERS: "Offers.",
    ACCOUNT_MANAGEMENT: "Managing an account.",
    PREAPPROVAL: "A preapproval.",
    OTHER: "Something else; only old verifications have it.",
    ...notMet,
  },
);
export type VerificationUseCase = keyof typeof VerificationUseCase;

export const VerificationCancellationReason = describedEnum(
  "VerificationCancellationReason",
  "Why a verification was canceled.",
  {
    IMMEDIATE: "Straight after it was asked for, before any work.",
    HIGH_TURNAROUND_TIME: "It took too long.",
    COMPETITOR: "Another provider was preferred.",
    WRONG_INFO: "It was asked for with wrong information.",
    OTHER: "None of the others.",
    ...notMet,
  },
);
export type VerificationCancellationReason = keyof typeof VerificationCancellationReason;

export const ReverificationMode = describedEnum(
  "ReverificationMode",
  "Whether the provider answers when it is done or at once.",
  {
    ASYNC: "It answers at once with a pending verification; query that until it is final. The usual choice.",
    SYNC: "It answers with a final verification. Only for one that was first run synchronously.",
  },
);
export type ReverificationMode = keyof typeof ReverificationMode;

export const ReverificationVerdict = describedEnum(
  "ReverificationVerdict",
  "Whether a verification can be reverified now.",
  {
    OPEN: "It can, until `windowClosesAt`.",
    CLOSED: "It can't; `blocker` tells why.",
    UNDETERMINED: "It is completed, but the provider does not say when: try, and the provider decides.",
  },
);
export type ReverificationVerdict = keyof typeof ReverificationVerdict;

export const ReverificationBlocker = describedEnum("ReverificationBlocker", "Why a verification can't be reverified.", {
  NOT_COMPLETED: "It is not completed.",
  WINDOW_CLOSED: "It was completed more than 90 times 24 hours ago.",
  REPORT_NOT_FOUND: "It has no report with that id. Occurs only in ReverificationNotAllowed.",
});
export type ReverificationBlocker = keyof typeof ReverificationBlocker;
