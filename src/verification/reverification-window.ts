import type { ReverificationStatus, Verification } from "./verification.type.ts";

const windowMs = 90 * 24 * 60 * 60 * 1000;

/**
 * Whether a verification can be reverified at `nowMs`: only a completed one, and no more than 90 times 24 hours after.
 * Truework leaves the date out of completed ones too; then only Truework itself can decide.
 */
export function judgeReverification({ state, completedAt }: Verification, nowMs: number): ReverificationStatus {
  if (state !== "COMPLETED") return { verdict: "CLOSED", blocker: "NOT_COMPLETED", windowClosesAt: null };
  if (completedAt === null) return { verdict: "UNDETERMINED", blocker: null, windowClosesAt: null };

  const closesAtMs = Date.parse(completedAt) + windowMs;
  const windowClosesAt = new Date(closesAtMs).toISOString();
  if (nowMs > closesAtMs) return { verdict: "CLOSED", blocker: "WINDOW_CLOSED", windowClosesAt };
  return { verdict: "OPEN", blocker: null, windowClosesAt };
}
