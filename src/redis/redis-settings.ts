import type { Settings } from "../settings.ts";

export interface RedisSettings {
  url: string;
  /** How long one use of Redis may take before it is done without, in milliseconds. */
  timeoutMs: number;
}

/** undefined where the service is to do without Redis. */
export function readRedisSettings(settings: Settings): RedisSettings | undefined {
  const url = settings.secret("REDIS_URL");
  const timeoutMs = settings.integer("REDIS_TIMEOUT_MS", 250, { min: 10, max: 10_000 });
  if (!url) return undefined;
  if (!/^rediss?:$/.test(URL.parse(url)?.protocol ?? "")) {
    settings.problem("REDIS_URL: expected redis://… or rediss://…");
  }
  return { url, timeoutMs };
}
