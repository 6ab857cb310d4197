import type { DataProvider } from "../../graphql/data-provider.ts";
import { InsufficientFunds, ProviderRejection, ProviderUnavailable } from "../../graphql/problem.ts";
import {
  ChargeInProgress,
  ChargeOutcomeUnknown,
  IdempotencyKeyReused,
  SpendingLimitReached,
} from "../charge-problem.ts";
import type { Spent } from "../ledger/spending.ts";

/** Everything but success; what a domain refuses itself is its own to tell. */
export type Unspent = Exclude<Spent<never>, { kind: "charged" }>;

/** The problem that tells a client why nothing, or nothing certain, was bought. */
export function toProblem(unspent: Unspent, provider: DataProvider) {
  switch (unspent.kind) {
    case "refused":
      return unspent.refusal;
    case "not-begun":
      return new ProviderUnavailable(provider);
    case "limit-reached":
      return new SpendingLimitReached(unspent.resetsAt);
    case "key-reused":
      return new IdempotencyKeyReused(unspent.charge);
    case "in-progress":
      return new ChargeInProgress(unspent.charge);
    case "outcome-unknown":
      return new ChargeOutcomeUnknown(unspent.charge);
    case "not-charged":
      return whyNotCharged(unspent.outcome, provider);
  }
}

function whyNotCharged(outcome: Extract<Unspent, { kind: "not-charged" }>["outcome"], provider: DataProvider) {
  switch (outcome.because) {
    case "insufficient-funds":
      return new InsufficientFunds(provider);
    case "unavailable":
      return new ProviderUnavailable(provider, outcome.retryAfterSeconds);
    default:
      return new ProviderRejection(provider, outcome.status);
  }
}
