import { ChargeOutcomeUnknown } from "../../src/charge/charge-problem.ts";
import { InsufficientFunds, type Problem, ProviderRejection, ProviderUnavailable } from "../../src/graphql/problem.ts";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";

export function charged(body: unknown = "an answer"): PaidOutcome {
  return { state: "CHARGED", status: 201, body };
}

interface PaidProblemCase {
  what: string;
  outcome: PaidOutcome;
  problem: new (...args: never[]) => Problem;
  /** What the problem tells beside its message. */
  told: object;
}

/** The outcomes that every paid mutation hands on in the same way, and the problem each becomes. */
export const paidProblems: PaidProblemCase[] = [
  {
    what: "insufficient funds",
    outcome: { state: "NOT_CHARGED", because: "insufficient-funds", status: 402 },
    problem: InsufficientFunds,
    told: {},
  },
  {
    what: "a rejection with its status",
    outcome: { state: "NOT_CHARGED", because: "rejected", status: 422 },
    problem: ProviderRejection,
    told: { status: 422 },
  },
  {
    what: "an unreachable provider",
    outcome: { state: "NOT_CHARGED", because: "unavailable" },
    problem: ProviderUnavailable,
    told: { retryAfterSeconds: null },
  },
  {
    what: "a rate limit with its wait",
    outcome: { state: "NOT_CHARGED", because: "unavailable", status: 429, retryAfterSeconds: 7 },
    problem: ProviderUnavailable,
    told: { retryAfterSeconds: 7 },
  },
  {
    what: "a refused key",
    outcome: { state: "NOT_CHARGED", because: "unavailable", status: 401, oursToFix: true },
    problem: ProviderUnavailable,
    told: { retryAfterSeconds: null },
  },
  {
    what: "a lost answer",
    outcome: { state: "UNKNOWN", reason: "it may have been sent, and no answer came" },
    problem: ChargeOutcomeUnknown,
    told: {},
  },
];

/** Keys that no paid mutation accepts. */
export const badIdempotencyKeys: [what: string, key: string][] = [
  ["an empty one", ""],
  ["256 characters", "k".repeat(256)],
  ["a newline inside", "order\n1"],
  ["a newline at the end", "order-1\n"],
  ["a blank", "order 1"],
  ["a letter beyond ASCII", "ördér-1"],
  ["a control character", "order-1\u0007"],
];
