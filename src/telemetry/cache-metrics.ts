import { Counter, type Registry } from "prom-client";
import type { CacheObserver } from "../cache/cache-observer.ts";

/** Counts how reads of entities were answered. No key ever reaches it. */
export function watchCache(registry: Registry): CacheObserver {
  const registers = [registry];
  const answers = new Counter({
    name: "diligence_cache_answers_total",
    help: "How reads of entities were answered: fresh, shared, stale, joined, or miss where the provider was asked.",
    labelNames: ["kind", "how"],
    registers,
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

  const children = new Map<string, { inc(): void }>();
  const countAnswer = (kind: string, how: string) => {
    const key = `${kind} ${how}`;
    const known = children.get(key) ?? answers.labels({ kind, how });
    children.set(key, known);
    known.inc();
  };
  return {
    answered: countAnswer,
    cleared: (kind, by) => cleared.inc({ kind, by }),
    redisSkipped: (purpose) => skipped.inc({ purpose }),
    unreadable: (kind) => unreadable.inc({ kind }),
  };
}
