import type { Answer } from "./client.ts";
import type { SeenCall } from "./world.ts";

/** The value below which this share of them lies, in the unit given. */
export function percentile(values: readonly number[], share: number): number {
  const inOrder = values.toSorted((one, other) => one - other);
  return inOrder[Math.min(Math.ceil(inOrder.length * share), inOrder.length) - 1] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** How many answers there were of each kind: `answered 12, PROVIDER_TIMEOUT 3`. */
export function tally(answers: readonly Answer[]): string {
  const counts = Object.entries(Object.groupBy(answers, ({ kind }) => kind));
  return counts.map(([kind, of]) => `${kind} ${of?.length ?? 0}`).join(", ") || "none";
}

export function countOf(answers: readonly Answer[], ...kinds: string[]): number {
  return answers.filter(({ kind }) => kinds.includes(kind)).length;
}

/** `p50 12 ms, p99 40 ms` of what clients waited. */
export function waits(answers: readonly Answer[]): string {
  const took = answers.map(({ tookMs }) => tookMs);
  return `p50 ${Math.round(percentile(took, 0.5))} ms, p99 ${Math.round(percentile(took, 0.99))} ms`;
}

/** The most calls that came within that many seconds, wherever they begin. */
export function mostWithin(seconds: number, calls: readonly SeenCall[]): number {
  const moments = calls.map(({ atMs }) => atMs).toSorted((one, other) => one - other);
  let [most, first] = [0, 0];
  for (const [last, moment] of moments.entries()) {
    while (moment - (moments[first] ?? moment) >= seconds * 1_000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
