import { describe, expect, it } from "vitest";
import { ProviderError } from "../../src/http/provider-error.ts";
import { pause } from "../../src/timing.ts";
import { aCache, aThing, HeldReads, outage, type Thing } from "../support/cache.ts";
import { until } from "../support/until.ts";

/** A cache in front of reads that a test answers, with the first version of a thing in it. */
async function aWarmCache(told: Parameters<typeof aCache>[0] = {}) {
  const reads = new HeldReads();
  const { cache, events, pass } = aCache({ read: reads.read, ...told });
  const first = cache.load("1");
  reads.answer(aThing(1));
  await first;
  events.length = 0;
  return { cache, reads, events, pass };
}

describe("a cache", () => {
  it("reads once for a thousand who ask at once", async () => {
    const reads = new HeldReads();
    const { cache, events } = aCache({ read: reads.read });

    const asking = Array.from({ length: 1_000 }, () => cache.load("1"));
    reads.answer(aThing(1));
    const answers = await Promise.all(asking);

    expect(reads.asked).toEqual(["1"]);
    expect(new Set(answers)).toEqual(new Set([aThing(1)]));
    expect([events.filter((how) => how === "miss").length, events.filter((how) => how === "joined").length]).toEqual([
      1, 999,
    ]);
  });

  it("answers from its copy while that is fresh, and at once", async () => {
    const { cache, reads, pass } = await aWarmCache();

    pass(59_999);

    expect(cache.fresh("1")).toEqual(aThing(1));
    expect(await cache.load("1")).toEqual(aThing(1));
    expect(reads.asked).toEqual(["1"]);
  });

  it("asks again when its copy is no longer fresh", async () => {
    const { cache, reads, pass } = await aWarmCache();
    pass(60_000);

    const again = cache.load("1");
    reads.answer(aThing(2));

    expect(await again).toEqual(aThing(2));
    expect(cache.fresh("1")).toEqual(aThing(2));
  });

  it("remembers for a short while that there is none", async () => {
    const { cache, pass } = aCache({ read: async () => null });
    await cache.load("1");

    const known = cache.fresh("1");
    pass(1_000);

    expect([known, cache.fresh("1")]).toEqual([null, undefined]);
  });

  it("forgets a failure with those who waited for it", async () => {
    const reads = new HeldReads();
    const { cache } = aCache({ read: reads.read });
    const both = Promise.allSettled([cache.load("1"), cache.load("1")]);
    reads.answer(outage);

    const failed = await both;
    const again = cache.load("1");
    reads.answer(aThing(1));

    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await again).toEqual(aThing(1));
    expect(reads.asked).toEqual(["1", "1"]);
  });

  it("fails only the id whose read failed, and one whose read throws at once", async () => {
    const read = (id: string): Promise<Thing> => {
      if (id === "2") throw new TypeError("thrown at once");
      return id === "3" ? Promise.reject(outage) : Promise.resolve(aThing(1, id));
    };
    const { cache } = aCache({ read });

    const [one, two, three] = await Promise.allSettled(["1", "2", "3"].map((id) => cache.load(id)));

    expect([one?.status, two?.status, three?.status]).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  it("hands out what nobody can change, down to the last member", async () => {
    const { cache } = aCache({ read: async () => ({ ...aThing(1), parts: [{ name: "bolt" }] }) });

    const thing = await cache.load("1");

    expect(() => {
      thing!.parts![0]!.name = "nut";
    }).toThrow(TypeError);
    expect(() => thing!.parts!.push({ name: "nut" })).toThrow(TypeError);
    expect(Object.isFrozen(thing)).toBe(true);
  });

  it("keeps no more than it may, the longest unused going first", async () => {
    const { cache } = aCache({
      read: async (id) => ({ ...aThing(1, id), parts: [{ name: "x".repeat(1_000) }] }),
      maxBytes: 10_000,
    });

    for (const id of ["1", "2", "3", "4", "5", "6", "7", "8", "9", "1", "10"]) await cache.load(id);
    const kept = Array.from({ length: 10 }, (_, i) => String(i + 1)).filter((id) => cache.fresh(id));

    expect(kept.length).toBeLessThan(10);
    expect(kept).toContain("10");
    expect(kept).not.toContain("2");
  });

  it("counts a copy that says there is none as what it takes", async () => {
    const { cache } = aCache({ read: async () => null, maxBytes: 10_000 });
    const ids = Array.from({ length: 300 }, (_, i) => String(i));

    for (const id of ids) await cache.load(id);

    const kept = ids.filter((id) => cache.fresh(id) === null);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThanOrEqual(10_000 / 350);
  });

  it("answers with what is too large to keep", async () => {
    const { cache } = aCache({
      read: async (id) => ({ ...aThing(1, id), parts: [{ name: "x".repeat(2_000) }] }),
      maxBytes: 1_000,
    });

    expect(await cache.load("1")).toMatchObject(aThing(1));
    expect(cache.fresh("1")).toBeUndefined();
  });

  it("keeps what is nested deeper than any recursion goes", async () => {
    let nested: object = {};
    for (let depth = 0; depth < 100_000; depth++) nested = { nested };
    const { cache } = aCache({ read: async () => ({ ...aThing(1), nested }), maxBytes: 100_000_000 });

    expect(await cache.load("1")).toMatchObject({ version: 1 });
    expect(cache.fresh("1")).toMatchObject({ version: 1 });
  });

  it("keeps what a paid call answered with, over a read that was on its way", async () => {
    const reads = new HeldReads();
    const { cache } = aCache({ read: reads.read });
    const reading = cache.load("1");

    cache.prime("1", aThing(2));
    reads.answer(null);

    expect(await reading).toBeNull();
    expect(cache.fresh("1")).toEqual(aThing(2));
  });

  it("lets go of what is too old, though nobody asks for it", async () => {
    const { cache, reads, pass } = await aWarmCache({ staleAfterMs: 0 });

    pass(3_600_000);
    cache.sweep();
    pass(-3_600_000);

    expect(cache.fresh("1")).toBeUndefined();
    expect(reads.asked).toEqual(["1"]);
  });
});

describe("a copy that is no longer fresh", () => {
  it.each(["unavailable", "timeout"] as const)("stands in for a read that fails: %s", async (kind) => {
    const { cache, reads, events, pass } = await aWarmCache();
    pass(60_000);

    const asking = [cache.load("1"), cache.load("1")];
    reads.answer(new ProviderError({ provider: "CREDAS", kind, message: "no answer" }));

    expect(await Promise.all(asking)).toEqual([aThing(1), aThing(1)]);
    expect(events).toEqual(["stale", "stale"]);
    expect(cache.fresh("1")).toBeUndefined();
  });

  it.each([
    [
      "our key is refused",
      new ProviderError({ provider: "CREDAS", kind: "unavailable", oursToFix: true, message: "403" }),
    ],
    ["the answer can't be used", new ProviderError({ provider: "CREDAS", kind: "malformed", message: "451" })],
    ["the error is our own", new TypeError("ours")],
  ])("does not stand in where %s", async (_, failure) => {
    const { cache, reads, pass } = await aWarmCache();
    pass(60_000);

    const asking = cache.load("1");
    reads.answer(failure);

    await expect(asking).rejects.toBe(failure);
  });

  it("does not stand in when it is too old", async () => {
    const { cache, reads, pass } = await aWarmCache();
    pass(3_600_000);

    const asking = cache.load("1");
    reads.answer(outage);

    await expect(asking).rejects.toBe(outage);
  });

  it("does not stand in when it says that there was none", async () => {
    const { cache, reads, pass } = await aWarmCache();
    await cache.clear("1");
    const none = cache.load("1");
    reads.answer(null);
    await none;
    pass(60_000);

    const asking = cache.load("1");
    reads.answer(outage);

    await expect(asking).rejects.toBe(outage);
  });

  it("answers while the provider hangs, and the read goes on", async () => {
    const { cache, reads, events, pass } = await aWarmCache({ staleAfterMs: 1 });
    pass(60_000);

    const [one, other] = await Promise.all([cache.load("1"), cache.load("1")]);
    const third = await cache.load("1");
    reads.answer(aThing(2));
    await until(() => cache.fresh("1") !== undefined);

    expect([one, other, third]).toEqual([aThing(1), aThing(1), aThing(1)]);
    expect(events).toEqual(["stale", "stale", "stale", "fresh"]);
    expect(reads.asked).toEqual(["1", "1"]);
    expect(cache.fresh("1")).toEqual(aThing(2));
  });

  it("makes no failure of a read that fails after all", async () => {
    const { cache, reads, pass } = await aWarmCache({ staleAfterMs: 1 });
    pass(60_000);

    await cache.load("1");
    reads.answer(new TypeError("nobody waits for it"));
    await new Promise((soon) => setImmediate(soon));
    const again = cache.load("1");
    reads.answer(aThing(2));

    expect([aThing(1), aThing(2)]).toContainEqual(await again);
  });

  it("goes when the provider says that there is none", async () => {
    const { cache, reads, pass } = await aWarmCache();
    pass(60_000);

    const asking = cache.load("1");
    reads.answer(null);

    expect(await asking).toBeNull();
    expect(cache.fresh("1")).toBeNull();
  });
});

describe("waiting for another instance", () => {
  it("counts within the time that a read may take", async () => {
    const waits = {
      hears: true,
      takeTurn: async () => {
        await pause(300);
        return { copy: undefined, isSettling: false, keep: async () => true, release: () => released.push("released") };
      },
      keep: () => {},
      clear: async () => {},
    };
    const released: string[] = [];
    const { cache } = aCache({ read: () => new Promise(() => {}), shared: waits, readTimeoutMs: 400 });

    await expect(cache.load("1")).rejects.toMatchObject({ kind: "timeout" });
    expect(released).toEqual(["released"]);
  });
});

describe("clearing", () => {
  it("while a read is on its way fails no reader, and what that read brings is not kept", async () => {
    const reads = new HeldReads();
    const { cache } = aCache({ read: reads.read });
    const before = [cache.load("1"), cache.load("1")];

    await cache.clear("1");
    reads.answer(aThing(1));

    expect(await Promise.all(before)).toEqual([aThing(1), aThing(1)]);
    expect(cache.fresh("1")).toBeUndefined();
  });

  it("keeps later readers from joining a read that began before", async () => {
    const reads = new HeldReads();
    const { cache } = aCache({ read: reads.read });
    const before = cache.load("1");

    await cache.clear("1");
    const after = cache.load("1");
    reads.answer(aThing(1));
    const told = await before;
    reads.answer(aThing(2));

    expect([told, await after]).toEqual([aThing(1), aThing(2)]);
    expect(cache.fresh("1")).toEqual(aThing(2));
    expect(reads.asked).toEqual(["1", "1"]);
  });

  it("keeps the newer copy when the older read ends last", async () => {
    const reads = new HeldReads();
    const { cache } = aCache({ read: reads.read });
    const before = cache.load("1");
    await cache.clear("1");
    const between = cache.load("1");
    await cache.clear("1");
    const after = cache.load("1");

    reads.answer(aThing(1));
    reads.answer(aThing(2));
    reads.answer(aThing(3));

    expect(await Promise.all([before, between, after])).toEqual([aThing(1), aThing(2), aThing(3)]);
    expect(cache.fresh("1")).toEqual(aThing(3));
  });

  it("leaves nothing to stand in for a read that fails", async () => {
    const { cache, reads } = await aWarmCache();

    await cache.clear("1");
    const asking = cache.load("1");
    reads.answer(outage);

    await expect(asking).rejects.toBe(outage);
  });

  it("has its entity kept for seconds only, for ten minutes", async () => {
    const { cache, pass } = aCache({ read: async () => aThing(1) });

    await cache.clear("1");
    await cache.load("1");
    pass(4_999);
    const within = cache.fresh("1");
    pass(1);
    const past = cache.fresh("1");
    pass(595_000);
    await cache.load("1");
    pass(5_000);

    expect([within, past, cache.fresh("1")]).toEqual([aThing(1), undefined, aThing(1)]);
  });

  it("by an instance that could not tell us leaves nothing either", async () => {
    const alone = { copy: undefined, isSettling: false, release: () => {} };
    const { cache } = aCache({
      shared: {
        hears: true,
        takeTurn: async () => ({ ...alone, keep: async () => false }),
        keep: () => {},
        clear: async () => {},
      },
    });

    const told = await cache.load("1");
    await until(() => cache.fresh("1") === undefined);

    expect(told).toEqual(aThing(1));
  });

  it("clears no other id", async () => {
    const { cache } = await aWarmCache();

    await cache.clear("2");

    expect(cache.fresh("1")).toEqual(aThing(1));
  });

  it("is told to whoever counts, and by whom", async () => {
    const { cache, events } = await aWarmCache();

    await cache.clear("1");
    cache.clearedElsewhere("1");

    expect(events).toEqual(["cleared here", "cleared another instance"]);
  });

  it("of everything leaves no copy of a read that was on its way", async () => {
    const { cache, reads, pass } = await aWarmCache();
    pass(60_000);
    const before = cache.load("1");

    cache.forgetAll();
    reads.answer(aThing(1));
    await before;

    expect(cache.fresh("1")).toBeUndefined();
  });
});
