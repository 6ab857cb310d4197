import type { Settings } from "../settings.ts";
import type { BreakerSettings } from "./breaker.ts";

/** How providers are called. docs/resilience.md says what each setting does. Durations are in milliseconds. */
export interface HttpSettings {
  /** One read, over all its attempts, from asking to its last byte. */
  timeoutMs: number;
  connectTimeoutMs: number;
  /** From sending a read to the first line of its answer; the deadline where it is not set. */
  headersTimeoutMs: number;
  /** Between two pieces of a body; the deadline where it is not set. */
  bodyTimeoutMs: number;
  /** The largest answer that is read, before and after decompression. */
  maxBodyBytes: number;
  /** Calls at once to each provider, reads and paid calls together. */
  concurrency: number;
  /** How often a read is tried again at most. */
  retries: number;
  breaker: BreakerSettings;
  /** Truework's limit for the account. */
  trueworkCallsPerSecond: number;
  /** How many instances share Truework's limit, for while Redis is away. */
  instances: number;
  /** Ids of which the breaker's own reads ask; nothing need be behind them. */
  probeIds: { credas: string; youverify: string };
}

/** How providers are to be called; what is wrong is told to `settings`. */
export function readHttpSettings(settings: Settings): HttpSettings {
  const timeoutMs = settings.integer("PROVIDER_TIMEOUT_MS", 10_000, { min: 100, max: 300_000 });
  const upToTheDeadline = (name: string, fallback: number) =>
    Math.min(settings.integer(name, fallback, { min: 50, max: 300_000 }), timeoutMs);
  return {
    timeoutMs,
    connectTimeoutMs: upToTheDeadline("PROVIDER_CONNECT_TIMEOUT_MS", 5_000),
    headersTimeoutMs: upToTheDeadline("PROVIDER_HEADERS_TIMEOUT_MS", timeoutMs),
    bodyTimeoutMs: upToTheDeadline("PROVIDER_BODY_TIMEOUT_MS", timeoutMs),
    maxBodyBytes: settings.integer("PROVIDER_MAX_BODY_BYTES", 10_000_000, { min: 1_000, max: 100_000_000 }),
    concurrency: settings.integer("PROVIDER_CONCURRENCY", 50, { min: 1, max: 1_000 }),
    retries: settings.integer("PROVIDER_RETRIES", 2, { min: 0, max: 2 }),
    breaker: {
      reads: settings.integer("BREAKER_READS", 10, { min: 1, max: 1_000_000 }),
      failurePercent: settings.integer("BREAKER_FAILURE_PERCENT", 50, { min: 1, max: 100 }),
      windowMs: settings.integer("BREAKER_WINDOW_MS", 10_000, { min: 100, max: 600_000 }),
      openMs: settings.integer("BREAKER_OPEN_MS", 10_000, { min: 100, max: 600_000 }),
    },
    trueworkCallsPerSecond: settings.integer("TRUEWORK_CALLS_PER_SECOND", 10, { min: 1, max: 10_000 }),
    instances: settings.integer("INSTANCES", 2, { min: 1, max: 1_000 }),
    probeIds: {
      credas: readProbeId(settings, "CREDAS_PROBE_ID", "1", /^[1-9]\d{0,15}$/),
      youverify: readProbeId(settings, "YOUVERIFY_PROBE_ID", "0".repeat(24), /^[0-9a-f]{24}$/),
    },
  };
}

function readProbeId(settings: Settings, name: string, fallback: string, form: RegExp): string {
  const id = settings.text(name) ?? fallback;
  if (!form.test(id)) settings.problem(`${name}: expected an id of the provider's`);
  return id;
}
