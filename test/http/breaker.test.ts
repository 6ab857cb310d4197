import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Breaker, type ProbeVerdict } from "../../src/http/breaker.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "performance", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** A breaker with the default settings, in front of a provider that is as told. */
function aBreaker(provider: ProbeVerdict = "down") {
  const state = { provider, probes: 0, moves: [] as string[] };
  const breaker = new Breaker({
    settings: { reads: 10, failurePercent: 50, windowMs: 10_000, openMs: 10_000 },
    probe: async () => {
      state.probes += 1;
      return state.provider;
    },
    onMove: (move) => state.moves.push(move),
  });
  return Object.assign(state, { breaker });
}

/** Lets that many reads succeed and fail, and whatever follows from it happen. */
async function feed(breaker: Breaker, { succeed = 0, fail = 0 }): Promise<void> {
  for (let i = 0; i < succeed; i++) breaker.note(false);
  for (let i = 0; i < fail; i++) breaker.note(true);
  await vi.advanceTimersByTimeAsync(0);
}

describe("a provider's breaker", () => {
  it("opens when half of ten reads failed, and the provider does not answer a read of our own either", async () => {
    const test = aBreaker("down");

    await feed(test.breaker, { succeed: 5, fail: 5 });

    expect(await test.breaker.allows()).toBe(false);
    expect([test.probes, test.moves]).toEqual([1, ["open"]]);
  });

  it.each([
    ["nine reads, however many failed", { fail: 9 }],
    ["less than half", { succeed: 6, fail: 5 }],
  ])("stays closed on %s", async (_what, reads) => {
    const test = aBreaker("down");

    await feed(test.breaker, reads);

    expect(await test.breaker.allows()).toBe(true);
    expect(test.probes).toBe(0);
  });

  it("stays closed on any number of failing requests while the provider answers a read of our own", async () => {
    const test = aBreaker("up");

    for (let round = 0; round < 10; round++) await feed(test.breaker, { fail: 10 });

    expect(await test.breaker.allows()).toBe(true);
    expect([test.probes, test.moves]).toEqual([10, []]);
  });

  it("stays closed where the confirming read can't be sent", async () => {
    const test = aBreaker("not-sent");

    await feed(test.breaker, { fail: 20 });

    expect(await test.breaker.allows()).toBe(true);
    expect(test.moves).toEqual([]);
  });

  it("forgets what failed longer ago than its window", async () => {
    const test = aBreaker("down");

    await feed(test.breaker, { fail: 9 });
    await vi.advanceTimersByTimeAsync(10_001);
    await feed(test.breaker, { fail: 9 });

    expect(await test.breaker.allows()).toBe(true);
  });

  it("asks the provider nothing for ten seconds, then once for all who wait", async () => {
    const test = aBreaker("down");
    await feed(test.breaker, { fail: 10 });

    await vi.advanceTimersByTimeAsync(9_900);
    await Promise.all([test.breaker.allows(), test.breaker.allows()]);
    expect(test.probes).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    const allowed = await Promise.all([1, 2, 3].map(() => test.breaker.allows()));

    expect(allowed).toEqual([false, false, false]);
    expect([test.probes, test.moves]).toEqual([2, ["open", "half-open", "open"]]);
  });

  it("lets everybody go once the probing read is answered, and begins to count anew", async () => {
    const test = aBreaker("down");
    await feed(test.breaker, { fail: 10 });
    await vi.advanceTimersByTimeAsync(10_000);
    test.provider = "up";

    const allowed = await Promise.all([1, 2, 3].map(() => test.breaker.allows()));
    await feed(test.breaker, { fail: 9 });

    expect(allowed).toEqual([true, true, true]);
    expect([test.probes, test.moves]).toEqual([2, ["open", "half-open", "closed"]]);
  });

  it("stays open where the probing read can't be sent", async () => {
    const test = aBreaker("down");
    await feed(test.breaker, { fail: 10 });
    await vi.advanceTimersByTimeAsync(10_000);
    test.provider = "not-sent";

    expect(await test.breaker.allows()).toBe(false);
    expect(test.moves.at(-1)).toBe("open");
  });

  it("keeps nobody waiting for a probing read that hangs", async () => {
    const breaker = new Breaker({
      settings: { reads: 1, failurePercent: 50, windowMs: 10_000, openMs: 100 },
      probe: vi
        .fn<() => Promise<ProbeVerdict>>()
        .mockResolvedValueOnce("down")
        .mockReturnValue(new Promise(() => {})),
      onMove: () => {},
    });
    await feed(breaker, { fail: 1 });
    await vi.advanceTimersByTimeAsync(100);

    const allowed = breaker.allows();
    await vi.advanceTimersByTimeAsync(1_000);

    expect(await allowed).toBe(false);
  });
});
