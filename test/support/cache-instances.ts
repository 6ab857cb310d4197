import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import type { CacheObserver } from "../../src/cache/cache-observer.ts";
import { readCacheSettings } from "../../src/cache/cache-settings.ts";
import { ProcessCaches } from "../../src/cache/process-caches.ts";
import { RedisCopies } from "../../src/cache/redis-copies.ts";
import { Seal } from "../../src/cache/seal.ts";
import { ProviderError } from "../../src/http/provider-error.ts";
import { RedisLink } from "../../src/redis/redis-link.ts";
import { type Environment, Settings } from "../../src/settings.ts";
import type { Thing } from "./cache.ts";
import { recordingLog } from "./ledger.ts";

export const aCacheKey = () => randomBytes(32).toString("base64");

export interface InstanceOptions {
  redisUrl: string;
  /** Unlike any other test's, or they share their copies. */
  key: string;
  read(id: string): Promise<Thing | null>;
  environment?: Environment;
  account?: string;
  kind?: string;
  shape?: string;
  /** How long one use of Redis may take; ample, so that a busy machine is not taken for a slow Redis. */
  redisTimeoutMs?: number;
}

/** One of several instances of a service that share a Redis, as far as its cache goes; until the test ends. */
export async function startInstance({ redisUrl, key, read, environment = {}, ...differing }: InstanceOptions) {
  const settings = readCacheSettings(new Settings({ CACHE_KEY: key, REDIS_URL: redisUrl, ...environment }));
  const events: string[] = [];
  const observer: CacheObserver = {
    answered: (_, how) => void events.push(how),
    cleared: (_, by) => void events.push(`cleared ${by}`),
    redisSkipped: (purpose) => void events.push(`skipped ${purpose}`),
    unreadable: (kind) => void events.push(`unreadable ${kind}`),
  };
  const { account = "an account", kind = "thing", shape = "a shape", redisTimeoutMs = 8_000 } = differing;
  const { log, logged } = recordingLog();
  const link = new RedisLink({ url: redisUrl, timeoutMs: redisTimeoutMs }, log);
  await link.open();
  const caches = new ProcessCaches({
    settings,
    readTimeoutMs: 10_000,
    kinds: 1,
    redis: link,
    shape,
    observer,
    now: Date.now,
  });
  const cache = caches.cache<Thing>({
    kind,
    account,
    read,
    freshForMs: () => 60_000,
    tooLate: () => new ProviderError({ provider: "CREDAS", kind: "timeout", message: "too late" }),
  });
  await caches.open();
  const close = async () => {
    await caches.close();
    await link.close();
  };
  onTestFinished(close);
  const place = (id: string) =>
    new RedisCopies(link, new Seal(settings.keys), shape).place(JSON.stringify([JSON.stringify([account, kind]), id]));
  return { cache, events, link, place, close, logged, clearings: caches.sharing?.clearings };
}
