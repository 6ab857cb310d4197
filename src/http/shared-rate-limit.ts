import { createHash } from "node:crypto";
import type { RedisLink } from "../redis/redis-link.ts";
import { LocalRateLimit, type RateLimit, type Waiting } from "./rate-limit.ts";
import { type Urgency, urgencies } from "./urgency.ts";

export interface SharedRateLimitOptions {
  redis: Pick<RedisLink, "run">;
  /** Whose limit it is: instances with the same account share it. Kept as a hash. */
  account: string;
  spacingMs: number;
  /** How many instances there are: while Redis is away, each takes its share. */
  instances: number;
}

// Redis tells the time, so instances need not agree on theirs. All times are in microseconds.
// `next` is the next free slot; `promised` is when whoever was admitted so far will have gone. A key that is missing has
// been lost with Redis's memory (or a day has passed): what the last second saw is unknown, so it is waited out.
// `at` is when this was kept. Where that is yet to come, Redis's clock has gone back, and all moments go back with it: nobody
// could go before the clock has caught up otherwise. What is further ahead than any line is long is as good as lost.
const state = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local spacing = tonumber(ARGV[1])
local longest = 600000000 + 1000 * spacing
local kept = redis.call('HMGET', KEYS[1], 'next', 'promised', 'waiting0', 'waiting1', 'at')
local function exact(n) return string.format('%.0f', n) end
local function keep(...)
  redis.call('HSET', KEYS[1], 'at', exact(now), ...)
  redis.call('PEXPIRE', KEYS[1], 86400000)
end
local ahead = math.max(0, (tonumber(kept[5]) or now) - now)
local function moment(n)
  local known = tonumber(kept[n])
  if known and known - ahead <= now + longest then return known - ahead end
  return nil
end
local next = math.max(now, moment(1) or now + 10 * spacing)
local promised = math.max(next, moment(2) or next)
local waiting = { moment(3) or 0, moment(4) or 0 }
if ahead > 0 then
  keep('next', exact(next), 'promised', exact(promised), 'waiting0', exact(waiting[1]), 'waiting1', exact(waiting[2]))
end
`;

const admitScript = `${state}
local from = ARGV[2] == '0' and next or promised
if from - now > tonumber(ARGV[3]) then return 0 end
keep('next', exact(next), 'promised', exact(promised + spacing))
return 1
`;

// Gives no slot while somebody more urgent is known to wait in another instance: each ask leaves word of it for as long
// as it takes to ask again.
const reserveScript = `${state}
local urgency = tonumber(ARGV[2])
for higher = 0, urgency - 1 do
  if waiting[1 + higher] > now then
    if urgency < 2 then keep('next', exact(next), 'waiting' .. urgency, exact(now + 2 * spacing)) end
    return { 0, exact(spacing) }
  end
end
keep('next', exact(next + spacing), 'promised', exact(math.max(promised, next + spacing)))
if urgency < 2 then
  keep('waiting' .. urgency, ARGV[3] == '1' and exact(next + 2 * spacing) or '0')
end
return { 1, exact(next - now) }
`;

// So long Redis may be away before this instance goes on by itself: a hiccup delays calls and breaks no promise.
const patienceMs = 1_000;

/** Where in Redis an account's limit is kept: it tells nothing of the account. */
export function rateKeyOf(account: string): string {
  return `diligence:rate:${createHash("sha256").update(account).digest("base64url").slice(0, 22)}`;
}

/**
 * The limit across all instances, kept in Redis. While Redis is away each instance goes on with its share of the limit,
 * which keeps the promise as long as all of them are without it and there are no more of them than was said.
 */
export class SharedRateLimit implements RateLimit {
  readonly spacingMs: number;
  private readonly key: string;
  private readonly alone: LocalRateLimit;
  private awaySinceMs: number | null = null;
  private isAlone = false;

  constructor(private readonly options: SharedRateLimitOptions) {
    this.spacingMs = options.spacingMs;
    this.key = rateKeyOf(options.account);
    this.alone = new LocalRateLimit(options.spacingMs * options.instances);
  }

  async admit(urgency: Urgency, withinMs: number): Promise<boolean> {
    try {
      return (await this.run(admitScript, urgency, String(Math.floor(withinMs * 1_000)))) === 1;
    } catch {
      return this.alone.admit(urgency, withinMs);
    }
  }

  async reserve({ urgency, more }: Waiting): Promise<{ taken: boolean; inMs: number }> {
    try {
      const [taken, inUs] = (await this.run(reserveScript, urgency, more ? "1" : "0")) as [number, string];
      this.awaySinceMs = null;
      this.isAlone = false;
      return { taken: taken === 1, inMs: Number(inUs) / 1_000 };
    } catch {
      return this.reserveAlone();
    }
  }

  private async reserveAlone(): Promise<{ taken: boolean; inMs: number }> {
    this.awaySinceMs ??= performance.now();
    if (performance.now() - this.awaySinceMs < patienceMs) return { taken: false, inMs: this.spacingMs };
    // The slots of the last moment were Redis's to give.
    if (!this.isAlone) this.alone.holdBack(this.alone.spacingMs);
    this.isAlone = true;
    return this.alone.reserve();
  }

  private run(script: string, urgency: Urgency, argument: string): Promise<unknown> {
    const spacingUs = String(Math.round(this.spacingMs * 1_000));
    const options = { keys: [this.key], arguments: [spacingUs, String(urgencies.indexOf(urgency)), argument] };
    return this.options.redis.run((client) => client.eval(script, options));
  }
}
