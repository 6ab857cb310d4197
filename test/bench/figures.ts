/** Milliseconds, of many runs of the same thing. */
export type Times = number[];

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

/** The value that this share of all times does not exceed: 0.5 is the median. */
export function quantile(times: Times, share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  const value = sorted[Math.ceil(sorted.length * share) - 1];
  if (value === undefined) throw new Error("Expected times to look at, got none");
  return value;
}

export function showMs(ms: number): string {
  return `${ms.toFixed(2)} ms`;
}
