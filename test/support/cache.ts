import { EntityCache, type EntityCacheOptions } from "../../src/cache/entity-cache.ts";
import { ProviderError } from "../../src/http/provider-error.ts";
import { NOON } from "./a-request.ts";

export interface Thing {
  id: string;
  version: number;
  parts?: { name: string }[];
}

export const aThing = (version: number, id = "1"): Thing => ({ id, version });

export const outage = new ProviderError({ provider: "CREDAS", kind: "unavailable", message: "status 503" });

/** Reads that are answered when a test says so. */
export class HeldReads {
  readonly asked: string[] = [];
  private readonly waiting: PromiseWithResolvers<Thing | null>[] = [];

  readonly read = (id: string): Promise<Thing | null> => {
    this.asked.push(id);
    const read = Promise.withResolvers<Thing | null>();
    this.waiting.push(read);
    return read.promise;
  };

  /** Answers the oldest read that waits, or fails it. */
  answer(answer: Thing | null | Error): void {
    const next = this.waiting.shift();
    if (!next) throw new Error("Expected a read that waits for its answer, got none");
    if (answer instanceof Error) next.reject(answer);
    else next.resolve(answer);
  }
}

/** A cache whose clock a test moves, and what it told its observer. */
export function aCache(told: Partial<EntityCacheOptions<Thing>> = {}) {
  const clock = { nowMs: NOON };
  const events: string[] = [];
  const cache = new EntityCache<Thing>({
    kind: "thing",
    read: async (id) => aThing(1, id),
    readTimeoutMs: 10_000,
    tooLate: () => new ProviderError({ provider: "CREDAS", kind: "timeout", message: "too late" }),
    freshForMs: (thing) => (thing === null ? 1_000 : 60_000),
    settlingFreshMs: 5_000,
    unheardFreshMs: 30_000,
    settleMs: 600_000,
    maxAgeMs: 3_600_000,
    staleAfterMs: 60_000,
    maxBytes: 1_000_000,
    observer: {
      answered: (_, how) => void events.push(how),
      cleared: (_, by) => void events.push(`cleared ${by}`),
      redisSkipped: (purpose) => void events.push(`skipped ${purpose}`),
      unreadable: () => void events.push("unreadable"),
    },
    now: () => clock.nowMs,
    ...told,
  });
  const pass = (ms: number) => {
    clock.nowMs += ms;
  };
  return { cache, events, pass };
}
