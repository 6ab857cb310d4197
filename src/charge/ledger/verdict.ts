import type { PaidOutcome } from "../../http/paid-outcome.ts";
import type { Charge } from "../charge.ts";
import type { AnswerVerdict } from "./answer-recorder.ts";
import type { Purchase, Spending, Spent } from "./spending.ts";

/** What a charge on record, whose key is not free, answers whoever asks with its key. */
export function answerKnown<Refusal>(charge: Charge, fingerprint: string): Spent<Refusal> {
  if (charge.fingerprint !== fingerprint) return { kind: "key-reused", charge };
  if (charge.state === "IN_PROGRESS") return { kind: "in-progress", charge };
  // What evidence or an operator found stays "it could not be told": `charge.state` has the verdict, and nothing is sent again.
  if (charge.state === "CHARGED" && charge.verdictBy === "ANSWER") return { kind: "charged", charge, replayed: true };
  return { kind: "outcome-unknown", charge };
}

/** What the sender itself answers: its outcome, and the charge as that left it. */
export function toSpent<Refusal>(charge: Charge, outcome: PaidOutcome): Spent<Refusal> {
  if (outcome.state === "CHARGED") return { kind: "charged", charge, replayed: false, body: outcome.body };
  // Not charged, but others may have taken it for UNKNOWN before: its key is spent, and asking again must not be advised.
  if (outcome.state === "UNKNOWN" || !charge.freed) return { kind: "outcome-unknown", charge };
  return { kind: "not-charged", charge, outcome };
}

/** What an outcome says of the charge. Where reading what was bought fails, that it was charged stands all the same. */
export function toVerdict(
  outcome: PaidOutcome,
  { readPurchase }: Pick<Spending<unknown>, "readPurchase">,
  onUnreadable: (error: unknown) => void,
): AnswerVerdict {
  const common = { by: "ANSWER" as const, state: outcome.state, status: outcome.status };
  if (outcome.state === "CHARGED") return { ...common, ...readSafely(readPurchase, outcome.body, onUnreadable) };
  if (outcome.state === "UNKNOWN") return { ...common, reason: outcome.reason };
  return { ...common, reason: outcome.because, oursToFix: "oursToFix" in outcome && outcome.oursToFix };
}

function readSafely(
  readPurchase: (body: unknown) => Purchase,
  body: unknown,
  onUnreadable: (error: unknown) => void,
): Purchase {
  try {
    return readPurchase(body);
  } catch (error) {
    onUnreadable(error);
    return { resultId: null };
  }
}
