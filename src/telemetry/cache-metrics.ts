import { Counter, Gauge, type Registry } from "prom-client";
import type { CacheAnswer, CacheObserver, RedisPurpose } from "../cache/cache-observer.ts";
import { sealedKinds } from "./known-labels.ts";

/** What instances have in common, as one of them sees it. */
export interface Sharing {
  /** Whether what other instances clear is heard at the moment. */
  clearings: { readonly hears: boolean };
  /** The fingerprints of the keys it opens copies with. */
  keys: readonly string[];
}

const purposes: RedisPurpose[] = ["copy", "clearing", "lock", "hearing"];

/** Counts how reads of entities were answered. No key ever reaches it. */
export function watchCache(registry: Registry): CacheObserver {
  const registers = [registry];
  const answers = new Counter({
    name: "diligence_cache_answers_total",
    help: "How reads of entities were answered: fresh, shared, stale, joined, or miss where the provider was asked.",
    labelNames: ["kind", "how"],
    registers,
    collect: () => countTallied(),
  });
  const cleared = new Counter({
    name: "diligence_cache_cleared_total",
    help: "Copies that were cleared, by this instance or on another one's word.",
    labelNames: ["kind", "by"],
    registers,
  });
  const skipped = new Counter({
    name: "diligence_cache_redis_skipped_total",
    help: "Times that Redis was done without where it should have been used, by what for.",
    labelNames: ["purpose"],
    registers,
  });
  const unreadable = new Counter({
    name: "diligence_cache_unreadable_total",
    help: "Copies in Redis that could not be opened: somebody changed them.",
    labelNames: ["kind"],
    registers,
  });

  for (const purpose of purposes) skipped.inc({ purpose }, 0);
  for (const kind of sealedKinds) unreadable.inc({ kind }, 0);

  // Counted in plain numbers, and put into the metrics when somebody looks: one request may read hundreds of entities.
  const tallies = new Map<string, Tally>();
  const countTallied = () => {
    for (const [kind, tally] of tallies) {
      for (const how of Object.keys(tally) as CacheAnswer[]) if (tally[how] > 0) answers.inc({ kind, how }, tally[how]);
      tallies.set(kind, { ...nothing });
    }
  };
  return {
    answered: (kind, how) => {
      const tally = tallies.get(kind);
      if (tally) tally[how] += 1;
      else tallies.set(kind, { ...nothing, [how]: 1 });
    },
    cleared: (kind, by) => cleared.inc({ kind, by }),
    redisSkipped: (purpose) => skipped.inc({ purpose }),
    unreadable: (kind) => unreadable.inc({ kind }),
  };
}

type Tally = Record<CacheAnswer, number>;

const nothing: Tally = { fresh: 0, shared: 0, stale: 0, joined: 0, miss: 0 };
/** Shows how this instance stands with the others. */
export function showSharing(registry: Registry, { clearings, keys }: Sharing): void {
  new Gauge({
    name: "diligence_clearings_heard",
    help: "Whether what other instances clear is heard: 1 or 0. Not told without REDIS_URL.",
    registers: [registry],
    collect() {
      this.set(clearings.hears ? 1 : 0);
    },
  });
  const held = new Gauge({
    name: "diligence_cache_key",
    help: "The keys in CACHE_KEY by their fingerprints, 1 for each. Instances that have none in common share nothing.",
    labelNames: ["fingerprint"],
    registers: [registry],
  });
  for (const fingerprint of keys) held.set({ fingerprint }, 1);
}
