import { InsufficientFunds, ProviderRejection, ProviderUnavailable } from "../../graphql/problem.ts";
import {
  ChargeInProgress,
  ChargeOutcomeUnknown,
  IdempotencyKeyReused,
  SpendingLimitReached,
} from "../charge-problem.ts";

/** What every paid mutation may answer beside its own outcomes. */
export const paidProblems = [
  InsufficientFunds,
  ProviderRejection,
  ProviderUnavailable,
  SpendingLimitReached,
  IdempotencyKeyReused,
  ChargeInProgress,
  ChargeOutcomeUnknown,
] as const;
