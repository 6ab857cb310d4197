import { describe, expect, it } from "vitest";
import type { ReadRefusal } from "../../src/http/read-answer.ts";
import { pauseBeforeRetry } from "../../src/http/retry.ts";

const refusal = (outcome: ReadRefusal["outcome"], retryAfterSeconds?: number): ReadRefusal => ({
  outcome,
  failure: { kind: "unavailable", message: "specimen", retryAfterSeconds },
});

const first = { attempt: 1, retries: 2, leftMs: 10_000 };

describe("the pause before a read is tried again", () => {
  it.each(["rate-limited", "unavailable", "no-answer"] as const)("is taken after %s", (outcome) => {
    expect(pauseBeforeRetry(refusal(outcome), first)).toBeGreaterThanOrEqual(100);
  });

  it.each(["timeout", "malformed", "rejected", "refused-credentials"] as const)(
    "is none after %s, for nothing would change",
    (outcome) => {
      expect(pauseBeforeRetry(refusal(outcome), first)).toBeUndefined();
    },
  );

  it("is taken twice at most, and longer the second time", () => {
    const pauses = [1, 2, 3].map((attempt) => pauseBeforeRetry(refusal("unavailable"), { ...first, attempt }, () => 0));

    expect(pauses).toEqual([100, 300, undefined]);
  });

  it("differs from read to read", () => {
    const pauses = [0, 0.5, 1].map((random) => pauseBeforeRetry(refusal("unavailable"), first, () => random));

    expect(pauses).toEqual([100, 150, 200]);
  });

  it("is never shorter than the provider says", () => {
    expect(pauseBeforeRetry(refusal("rate-limited", 3), first, () => 0)).toBe(3_000);
    expect(pauseBeforeRetry(refusal("rate-limited", 3), first, () => 1)).toBe(3_300);
  });

  it("is not begun where it would outlast the deadline", () => {
    expect(pauseBeforeRetry(refusal("rate-limited", 3), { ...first, leftMs: 3_000 })).toBeUndefined();
    expect(pauseBeforeRetry(refusal("unavailable"), { ...first, leftMs: 90 })).toBeUndefined();
  });
});
