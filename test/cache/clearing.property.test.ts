import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReadTurn, SharedCopies, SharedCopy, Wanted } from "../../src/cache/shared-copies.ts";
import { aCache, aThing, outage, type Thing } from "../support/cache.ts";

/**
 * A provider whose thing is changed now and then, and the caches in front of it. Every read sees the version of the moment
 * at which it arrives and answers later, in any order.
 */
class World {
  version = 1;
  private readonly steps: (() => void)[] = [];

  /** Something that happens only when the schedule comes to it. */
  readonly later = (): Promise<void> => new Promise((happens) => this.steps.push(happens));

  readonly read = async (id: string): Promise<Thing> => {
    await this.later();
    const seen = this.version;
    await this.later();
    if (seen % 7 === 0) throw outage;
    return aThing(seen, id);
  };

  /** Lets one of the things that wait happen. */
  async step(which: number): Promise<void> {
    this.steps.splice(which % Math.max(this.steps.length, 1), 1)[0]?.();
    await settled();
  }

  async finish(): Promise<void> {
    while (this.steps.length > 0) await this.step(0);
  }
}

/** What Redis does, its marks and its script, with every answer delayed. */
class SharedByAll {
  private copy: SharedCopy<Thing> | undefined;
  private marks = 0;
  readonly caches: { clearedElsewhere(id: string): void }[] = [];

  constructor(private readonly world: World) {}

  for(own: () => object | undefined): SharedCopies<Thing> {
    // Clearings of this instance's that have not arrived: until they have, it uses nothing that is shared.
    let untold = 0;
    return {
      hears: true,
      takeTurn: async (_, wanted: Wanted<Thing>): Promise<ReadTurn<Thing>> => {
        const alone = { copy: undefined, isSettling: false, keep: async () => true, release: () => {} };
        if (untold > 0) return alone;
        await this.world.later();
        const { copy, marks } = this;
        if (copy && wanted.willDo(copy, marks > 0)) return { ...alone, copy, isSettling: marks > 0 };
        return { ...alone, isSettling: marks > 0, keep: (read) => this.keep(read, marks) };
      },
      keep: () => {},
      clear: async () => {
        untold += 1;
        await this.world.later();
        untold -= 1;
        this.marks += 1;
        this.copy = undefined;
        for (const cache of this.caches) if (cache !== own()) void this.tell(cache);
      },
    };
  }

  private async keep(copy: SharedCopy<Thing>, marks: number): Promise<boolean> {
    await this.world.later();
    if (marks !== this.marks) return false;
    this.copy = copy;
    return true;
  }

  private async tell(cache: { clearedElsewhere(id: string): void }): Promise<void> {
    await this.world.later();
    cache.clearedElsewhere("1");
  }
}

const plan = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ act: fc.constant("step" as const), which: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant("read" as const), which: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("change" as const), which: fc.nat(1) }) },
  ),
  { minLength: 5, maxLength: 60 },
);

describe("whatever the order of reads, changes and clearings", () => {
  it("no reader is told of a version older than the last one cleared before it asked", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (acts) => {
        const world = new World();
        const { cache } = aCache({ read: world.read });
        const readers: Promise<void>[] = [];
        let clearedAt = 0;

        for (const { act, which } of acts) {
          if (act === "step") await world.step(which);
          if (act === "read") readers.push(expectAtLeast(clearedAt, cache.load("1")));
          if (act === "change") {
            world.version += 1;
            clearedAt = world.version;
            await cache.clear("1");
          }
          expect(cache.fresh("1")?.version ?? clearedAt).toBeGreaterThanOrEqual(clearedAt);
        }
        await world.finish();

        await Promise.all(readers);
        expect(cache.fresh("1")?.version ?? clearedAt).toBeGreaterThanOrEqual(clearedAt);
      }),
      { numRuns: 300 },
    );
  });

  it("no instance keeps an older version once every clearing has arrived", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (acts) => {
        const world = new World();
        const shared = new SharedByAll(world);
        const caches = [0, 1].map((i) => {
          const { cache } = aCache({ read: world.read, shared: shared.for(() => shared.caches[i]) });
          shared.caches.push(cache);
          return cache;
        });

        for (const { act, which } of acts) {
          const cache = caches[which % 2];
          if (act === "step") await world.step(which);
          if (act === "read") cache?.load("1").catch(() => {});
          if (act === "change") {
            world.version += 1;
            void cache?.clear("1");
          }
        }
        await world.finish();

        for (const cache of caches) {
          // What Redis holds by now is told by a read of a process that has nothing of its own.
          const kept = cache.fresh("1")?.version;
          if (acts.some(({ act }) => act === "change")) expect([undefined, world.version]).toContain(kept);
        }
        const { cache: newcomer } = aCache({
          read: async () => aThing(world.version),
          shared: shared.for(() => undefined),
        });
        const told = newcomer.load("1");
        await world.finish();
        expect((await told)?.version).toBe(world.version);
      }),
      { numRuns: 300 },
    );
  });
});

async function expectAtLeast(version: number, load: Promise<Thing | null>): Promise<void> {
  const thing = await load.catch((error: unknown) => (error === outage ? null : Promise.reject(error)));
  if (thing) expect(thing.version).toBeGreaterThanOrEqual(version);
}

// Several rounds of what promises set off.
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((soon) => setImmediate(soon));
}
