import type { Deadline } from "./deadline.ts";
import type { ReadRefusal } from "./read-answer.ts";

// Far enough apart that a provider which stumbled is on its feet again, and different for each, so that reads which failed
// together are not sent again together.
const firstPauseMs = 100;
const longestJitterMs = 500;

/**
 * How long to wait before a read is tried again, in milliseconds; undefined where it is not: what failed would fail again,
 * the deadline would have passed, or the tries are used up.
 */
export function pauseBeforeRetry(
  { outcome, failure }: ReadRefusal,
  { attempt, retries, leftMs }: { attempt: number; retries: number } & Pick<Deadline, "leftMs">,
  random: () => number = Math.random,
): number | undefined {
  if (attempt > retries || !isWorthAnother(outcome)) return undefined;
  const backoffMs = firstPauseMs * 3 ** (attempt - 1);
  const saidMs = (failure.retryAfterSeconds ?? 0) * 1_000;
  const pauseMs = Math.max(saidMs, backoffMs) + random() * Math.min(Math.max(backoffMs, saidMs / 10), longestJitterMs);
  return pauseMs < leftMs ? pauseMs : undefined;
}

// A timeout is not: whoever is slow is not helped by more of the same, and there is no time left anyway.
function isWorthAnother(outcome: ReadRefusal["outcome"]): boolean {
  return outcome === "rate-limited" || outcome === "unavailable" || outcome === "no-answer";
}
