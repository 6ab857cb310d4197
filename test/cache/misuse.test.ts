import { describe, expect, it } from "vitest";
import { Seal } from "../../src/cache/seal.ts";
import { EntityLoader } from "../../src/graphql/entity-loader.ts";
import { aCache, aThing, HeldReads, outage, type Thing } from "../support/cache.ts";

describe("a cache that is misused", () => {
  it.each(["__proto__", "constructor", "hasOwnProperty", "", " ", "x".repeat(100_000), "\0", "ключ"])(
    "keeps %j like any other id",
    async (id) => {
      const { cache } = aCache();

      const none = cache.fresh(id);
      await cache.load(id);
      const kept = cache.fresh(id);
      await cache.clear(id);

      expect([none, kept, cache.fresh(id)]).toEqual([undefined, aThing(1, id), undefined]);
    },
  );

  it("clears what nobody has read, as often as it is told", async () => {
    const { cache } = aCache();

    await Promise.all(Array.from({ length: 1_000 }, () => cache.clear("1")));

    expect(await cache.load("1")).toEqual(aThing(1));
  });

  it("clears in the midst of the read that it clears", async () => {
    const reads = new HeldReads();
    const { cache } = aCache({
      read: async (id) => {
        await cache.clear(id);
        return reads.read(id);
      },
    });
    const reading = cache.load("1");
    await Promise.resolve();

    reads.answer(aThing(1));

    expect(await reading).toEqual(aThing(1));
    expect(cache.fresh("1")).toBeUndefined();
  });

  it("takes what is frozen already, and the same thing twice", async () => {
    const thing = Object.freeze(aThing(1));
    const { cache } = aCache({ read: async () => thing });

    cache.prime("1", thing);
    cache.prime("2", thing);

    expect([cache.fresh("1"), cache.fresh("2"), await cache.load("3")]).toEqual([thing, thing, thing]);
  });

  it("is not held up by a read that never ends", async () => {
    const never = new Promise<Thing>(() => {});
    const { cache } = aCache({ read: async (id) => (id === "1" ? never : aThing(1, id)) });
    void cache.load("1");

    expect(await cache.load("2")).toEqual(aThing(1, "2"));
    await cache.clear("1");
    cache.prime("1", aThing(3));
    expect(await cache.load("1")).toEqual(aThing(3));
  });

  it("fails its readers with what is no Error, and reads again", async () => {
    let failing = true;
    const { cache } = aCache({ read: async () => (failing ? Promise.reject("a text") : aThing(1)) });

    const failed = await Promise.allSettled([cache.load("1"), cache.load("1")]);
    failing = false;

    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await cache.load("1")).toEqual(aThing(1));
  });

  it("keeps nothing whose window is no time at all, and shares its read all the same", async () => {
    const reads = new HeldReads();
    const { cache } = aCache({ read: reads.read, freshForMs: () => 0 });

    const both = [cache.load("1"), cache.load("1")];
    reads.answer(aThing(1));
    await Promise.all(both);

    expect(cache.fresh("1")).toBeUndefined();
    expect(reads.asked).toEqual(["1"]);
  });

  it("with less memory than one thing takes reads each time", async () => {
    const { cache, events } = aCache({ maxBytes: 1 });

    await cache.load("1");
    await cache.load("1");

    expect(events).toEqual(["miss", "miss"]);
  });
});

describe("a seal without a key", () => {
  it("seals nothing, opens nothing, and says so", () => {
    const seal = new Seal([]);

    expect(() => seal.seal({}, "here")).toThrow("Expected a key to seal with, got none");
    expect(seal.open(Buffer.alloc(100), "here")).toBeUndefined();
  });
});

describe("a request's loader in front of a cache", () => {
  const loaderOf = (cache: ReturnType<typeof aCache>["cache"]) => new EntityLoader(cache, (id) => id);

  it("remembers a failure for its request, and the next request asks again", async () => {
    let failing = true;
    const { cache } = aCache({ read: async () => (failing ? Promise.reject(outage) : aThing(1)) });
    const first = loaderOf(cache);

    await expect(first.load("1")).rejects.toBe(outage);
    failing = false;
    await expect(first.load("1")).rejects.toBe(outage);

    expect(await loaderOf(cache).load("1")).toEqual(aThing(1));
  });

  it("asks once for an id within a request, though nothing is kept of it", async () => {
    const reads = new HeldReads();
    const { cache } = aCache({ read: reads.read, freshForMs: () => 0 });
    const loader = loaderOf(cache);

    const first = loader.load("1");
    await new Promise((soon) => setImmediate(soon));
    reads.answer(aThing(1));
    await first;

    expect(await loader.load("1")).toEqual(aThing(1));
    expect(reads.asked).toEqual(["1"]);
  });

  it("batches what is asked for after something was awaited", async () => {
    const asked: string[][] = [[]];
    const { cache } = aCache({
      read: async (id) => {
        asked.at(-1)?.push(id);
        return aThing(1, id);
      },
    });
    const loader = loaderOf(cache);
    const later = async (id: string) => {
      await Promise.resolve();
      return loader.load(id);
    };

    await Promise.all([loader.load("1"), later("2"), later("3"), later("1")]);

    expect(asked).toEqual([["1", "2", "3"]]);
  });

  it("shows what was forgotten to nobody: not to its own request, and not to others", async () => {
    let version = 1;
    const { cache } = aCache({ read: async () => aThing(version) });
    const [one, other] = [loaderOf(cache), loaderOf(cache)];
    await one.load("1");
    version = 2;

    await one.forget("1");

    expect([await one.load("1"), await other.load("1")]).toEqual([aThing(2), aThing(2)]);
  });

  it("keeps what a paid call answered with, for its own request and others", async () => {
    const { cache, events } = aCache();
    const [one, other] = [loaderOf(cache), loaderOf(cache)];

    one.keep("1", aThing(7));

    expect([await one.load("1"), await other.load("1")]).toEqual([aThing(7), aThing(7)]);
    expect(events).not.toContain("miss");
  });
});
