import { Counter, type Registry } from "prom-client";
import type { CacheAnswer, CacheObserver } from "../cache/cache-observer.ts";

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
    help: "Copies in Redis that could not be opened: another key, or tampering.",
    labelNames: ["kind"],
    registers,
  });

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
