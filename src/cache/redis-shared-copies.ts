import { randomUUID } from "node:crypto";
import { pause } from "../timing.ts";
import type { CacheObserver } from "./cache-observer.ts";
import type { Clearings } from "./clearings.ts";
import type { Found, Place, RedisCopies } from "./redis-copies.ts";
import type { ReadTurn, SharedCopies, SharedCopy, Wanted } from "./shared-copies.ts";

export interface RedisSharedCopiesOptions {
  /** What is counted is counted by it. */
  kind: string;
  /** Unlike that of any other kind, and of any other account at a provider. */
  room: string;
  copies: RedisCopies;
  clearings: Clearings;
  /** How long whoever reads may keep others waiting, in milliseconds. */
  lockMs: number;
  observer: CacheObserver;
  now: () => number;
}

const firstPauseMs = 15;
const longestPauseMs = 100;

/** One kind's copies in Redis. Where Redis does not answer it is done without: each instance then reads for itself. */
export class RedisSharedCopies<Entity> implements SharedCopies<Entity> {
  constructor(private readonly options: RedisSharedCopiesOptions) {}

  get hears(): boolean {
    return this.options.clearings.hears;
  }

  async takeTurn(id: string, wanted: Wanted<Entity>): Promise<ReadTurn<Entity>> {
    const place = this.placeOf(id);
    // What is there was cleared, only Redis does not know it yet.
    if (this.options.clearings.isUntold(place)) return alone;
    try {
      return await this.askRedis(place, wanted);
    } catch {
      this.options.observer.redisSkipped("copy");
      return alone;
    }
  }

  keep(id: string, copy: SharedCopy<Entity>, untilMs: number): void {
    const place = this.placeOf(id);
    const keeping = this.options.copies
      .find(place)
      .then(({ marks }) => this.options.copies.keep(place, copy, { marks, token: "", forMs: this.left(untilMs) }));
    keeping.catch(() => this.options.observer.redisSkipped("copy"));
  }

  clear(id: string): Promise<void> {
    return this.options.clearings.send(this.options.room, id, this.placeOf(id));
  }

  private placeOf(id: string): Place {
    return this.options.copies.place(JSON.stringify([this.options.room, id]));
  }

  private async askRedis(place: Place, wanted: Wanted<Entity>): Promise<ReadTurn<Entity>> {
    const first = await this.options.copies.find<Entity>(place);
    if (first.isUnreadable) this.options.observer.unreadable(this.options.kind);
    if (willDo(first, wanted)) return { ...alone, copy: first.copy, isSettling: isMarked(first) };
    if (first.copy) wanted.offer(first.copy);
    return this.waitForTurn(place, wanted);
  }

  private async waitForTurn(place: Place, wanted: Wanted<Entity>): Promise<ReadTurn<Entity>> {
    const { copies, lockMs } = this.options;
    const token = randomUUID();
    const untilMs = performance.now() + lockMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
      const { isOurs, found } = await copies.lock<Entity>(place, token, lockMs);
      if (willDo(found, wanted)) {
        if (isOurs) this.unlock(place, token);
        return { ...alone, copy: found.copy, isSettling: isMarked(found) };
      }
      if (isOurs || performance.now() >= untilMs) return this.ourTurn(place, token, found);
      await pause(pauseMs);
    }
  }

  private ourTurn(place: Place, token: string, { marks }: Found<Entity>): ReadTurn<Entity> {
    const { copies, observer } = this.options;
    return {
      copy: undefined,
      isSettling: marks.some(Boolean),
      keep: (copy, untilMs) =>
        copies.keep(place, copy, { marks, token, forMs: this.left(untilMs) }).catch(() => {
          observer.redisSkipped("copy");
          return true;
        }),
      release: () => this.unlock(place, token),
    };
  }

  private unlock(place: Place, token: string): void {
    this.options.copies.unlock(place, token).catch(() => this.options.observer.redisSkipped("lock"));
  }

  private left(untilMs: number): number {
    return Math.max(untilMs - this.options.now(), 1);
  }
}

/** The turn of whoever finds nobody to share with. */
const alone = { copy: undefined, isSettling: false, keep: async () => true, release: () => {} };

function willDo<Entity>(found: Found<Entity>, wanted: Wanted<Entity>): boolean {
  return found.copy !== undefined && wanted.willDo(found.copy, isMarked(found));
}

function isMarked({ marks }: Found<unknown>): boolean {
  return marks.some(Boolean);
}
