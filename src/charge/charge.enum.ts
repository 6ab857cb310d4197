import { describedEnum } from "../graphql/described-enum.ts";

export const ProviderChargeOperation = describedEnum(
  "ProviderChargeOperation",
  "Which paid mutation a charge is for.",
  {
    REFRESH_COMPANY_REPORT: "`refreshCompanyReport`.",
    REVERIFY_VERIFICATION: "`reverifyVerification`.",
    REQUEST_BUSINESS_CREDIT_REPORT: "`requestBusinessCreditReport`.",
  },
);

export const ProviderChargeState = describedEnum("ProviderChargeState", "What became of a charge.", {
  IN_PROGRESS: "It is being paid for right now.",
  CHARGED: "The provider accepted the request.",
  NOT_CHARGED: "The request is known not to have been processed.",
  UNKNOWN: "It may have been sent, and no trustworthy answer came back. It is never sent again.",
});

export const SettledOutcome = describedEnum("SettledOutcome", "What an operator found out about a charge.", {
  CHARGED: "The provider processed the request.",
  NOT_CHARGED: "The provider did not process the request.",
});
export type SettledOutcome = keyof typeof SettledOutcome;
