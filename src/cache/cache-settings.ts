import type { Settings } from "../settings.ts";

/** Durations are in milliseconds. */
export interface CacheSettings {
  /** What the copies in this process may take of its memory, all kinds together; 0 keeps none anywhere. */
  maxBytes: number;
  /** Seal what is kept in Redis: the first seals, all open. Empty without Redis. */
  keys: Buffer[];
  freshMs: {
    company: number;
    verification: number;
    openVerification: number;
    creditReport: number;
    openCreditReport: number;
    notFound: number;
    /** What was cleared by a paid call, for as long as `settleMs`. */
    settling: number;
    /** Everything, while clearings by other instances can't be heard. */
    unheard: number;
  };
  /** How long after a paid call its entity may still change at the provider. */
  settleMs: number;
  /** The oldest copy that stands in for a provider that fails; none is kept longer. */
  maxAgeMs: number;
  /** How long a reader for whom there is an older copy waits for a newer one. */
  staleAfterMs: number;
  /** How long one instance keeps the others from reading the same entity. */
  lockMs: number;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long what was read is kept; what is wrong is told to `settings`. */
export function readCacheSettings(settings: Settings): CacheSettings {
  const ms = (name: string, fallback: number, { min = 0, max = 7 * day } = {}) =>
    settings.integer(name, fallback, { min, max });
  const maxBytes = readMaxBytes(settings);
  return {
    maxBytes,
    keys: readKeys(settings, maxBytes > 0),
    freshMs: {
      company: ms("CACHE_COMPANY_MS", hour),
      verification: ms("CACHE_VERIFICATION_MS", hour),
      openVerification: ms("CACHE_VERIFICATION_OPEN_MS", 5 * second),
      creditReport: ms("CACHE_CREDIT_REPORT_MS", hour),
      openCreditReport: ms("CACHE_CREDIT_REPORT_OPEN_MS", 5 * second),
      notFound: ms("CACHE_NOT_FOUND_MS", 5 * second, { max: 10 * minute }),
      settling: ms("CACHE_SETTLING_MS", 2 * second),
      unheard: ms("CACHE_UNHEARD_MS", 30 * second),
    },
    settleMs: ms("CACHE_SETTLE_MS", 10 * minute, { min: minute }),
    maxAgeMs: ms("CACHE_MAX_AGE_MS", day),
    staleAfterMs: ms("CACHE_STALE_AFTER_MS", second, { max: minute }),
    lockMs: ms("CACHE_LOCK_MS", 2 * second, { min: 50, max: minute }),
  };
}

// Less would hold next to nothing, and a third of it may be nothing at all.
const leastBytes = 100_000;

function readMaxBytes(settings: Settings): number {
  const maxBytes = settings.integer("CACHE_MAX_BYTES", 64_000_000, { min: 0, max: 16_000_000_000 });
  if (maxBytes > 0 && maxBytes < leastBytes) {
    settings.problem(`CACHE_MAX_BYTES: expected 0, which keeps nothing, or at least ${leastBytes}`);
  }
  return maxBytes;
}

function readKeys(settings: Settings, keepsCopies: boolean): Buffer[] {
  const needed = keepsCopies && settings.hasSecret("REDIS_URL");
  if (!settings.hasSecret("CACHE_KEY")) {
    if (needed) settings.problem("CACHE_KEY is missing: what is kept in Redis is sealed with it");
    return [];
  }
  const texts = settings.secret("CACHE_KEY")?.split(",") ?? [];
  const keys = texts.map((text) => text.trim());
  if (keys.length > 2 || keys.some((key) => !/^[A-Za-z0-9+/]{43}=$/.test(key))) {
    settings.problem("CACHE_KEY: expected 32 bytes in base64, or two such keys with a comma between them");
  }
  return keys.map((key) => Buffer.from(key, "base64"));
}
