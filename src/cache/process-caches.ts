import type { RedisLink } from "../redis/redis-link.ts";
import type { CacheObserver } from "./cache-observer.ts";
import type { CacheSettings } from "./cache-settings.ts";
import { Clearings } from "./clearings.ts";
import { EntityCache, type EntityCacheOptions } from "./entity-cache.ts";
import { type EntitySource, uncached } from "./entity-source.ts";
import { RedisCopies } from "./redis-copies.ts";
import { RedisSharedCopies } from "./redis-shared-copies.ts";
import { Seal } from "./seal.ts";
import type { SharedCopies } from "./shared-copies.ts";

export interface ProcessCachesOptions {
  settings: CacheSettings;
  /** How long one read may take, in milliseconds. */
  readTimeoutMs: number;
  /** How many kinds share the memory. */
  kinds: number;
  redis: RedisLink | undefined;
  /** What entities look like: what was left in Redis in another shape is not used. */
  shape: string;
  observer: CacheObserver;
  now: () => number;
}

/** One kind of entity, and where it comes from. */
export interface EntityKind<Entity>
  extends Pick<EntityCacheOptions<Entity>, "kind" | "read" | "freshForMs" | "tooLate"> {
  /** Whose entities these are: another account's may have the same ids. */
  account: string;
}

const sweepEveryMs = 60_000;

/** The caches of one process, and what they have in common: the memory, the link to other instances, the sweep. */
export class ProcessCaches {
  private readonly caches: Pick<EntityCache<object>, "sweep" | "forgetAll">[] = [];
  /** What it has in common with other instances; undefined where it stands alone. */
  readonly sharing: { clearings: Clearings; copies: RedisCopies; keys: string[] } | undefined;
  private sweeping: NodeJS.Timeout | undefined;

  constructor(private readonly options: ProcessCachesOptions) {
    const { redis, settings } = options;
    if (redis && settings.maxBytes > 0) this.sharing = this.share(redis);
  }

  cache<Entity extends object>({ account, ...kind }: EntityKind<Entity>): EntitySource<Entity> {
    const { settings, readTimeoutMs, kinds, observer, now } = this.options;
    const { maxBytes, freshMs, settleMs, maxAgeMs, staleAfterMs } = settings;
    if (maxBytes === 0) return uncached(kind.read);

    const room = JSON.stringify([account, kind.kind]);
    const cache = new EntityCache<Entity>({
      ...kind,
      maxBytes: Math.floor(maxBytes / kinds),
      settlingFreshMs: freshMs.settling,
      unheardFreshMs: freshMs.unheard,
      settleMs,
      maxAgeMs,
      staleAfterMs,
      readTimeoutMs,
      observer,
      now,
      shared: this.sharedCopies<Entity>(kind.kind, room),
    });
    this.sharing?.clearings.onCleared(room, (id) => cache.clearedElsewhere(id));
    this.caches.push(cache);
    return cache;
  }

  /** From now on other instances are heard, and what is too old is let go. */
  async open(): Promise<void> {
    this.sweeping = setInterval(() => this.caches.map((cache) => cache.sweep()), sweepEveryMs).unref();
    this.sharing?.clearings.onMissed(() => {
      for (const cache of this.caches) cache.forgetAll();
    });
    await this.sharing?.clearings.open();
  }

  /** Lets the other instances know of the last clearings, as far as Redis answers. */
  async close(): Promise<void> {
    clearInterval(this.sweeping);
    await this.sharing?.clearings.close();
  }

  private sharedCopies<Entity>(kind: string, room: string): SharedCopies<Entity> | undefined {
    const { settings, readTimeoutMs, observer, now } = this.options;
    if (!this.sharing) return undefined;
    // Half of the time at most is spent waiting for others, so that the other half is left to read.
    const lockMs = Math.min(settings.lockMs, readTimeoutMs / 2);
    return new RedisSharedCopies<Entity>({ ...this.sharing, kind, room, lockMs, observer, now });
  }

  private share(link: RedisLink) {
    const { settings, readTimeoutMs, shape, observer } = this.options;
    const seal = new Seal(settings.keys);
    const copies = new RedisCopies(link, seal, shape);
    // A mark has to outlast every read that began before it.
    const markMs = Math.max(settings.settleMs, readTimeoutMs * 2);
    return { copies, keys: seal.fingerprints(), clearings: new Clearings({ link, copies, seal, markMs, observer }) };
  }
}
