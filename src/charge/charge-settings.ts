import type { Settings } from "../settings.ts";
import type { LedgerStep } from "./ledger/ledger.ts";

/** Durations are in milliseconds. */
export interface PaidCallSettings {
  enabled: boolean;
  /** How long a client waits for its paid fields. */
  timeoutMs: number;
  /** When a call without an answer becomes UNKNOWN. */
  abandonMs: number;
  /** How long its answer is listened for; one that comes after it was given up on still settles the charge. */
  listenMs: number;
  /** Claims per caller and UTC day. */
  dailyLimit: number | undefined;
}

/** What the ledger is of. */
export interface LedgerPlace {
  production: boolean;
  live: boolean;
  /** Whether the providers forget what they charged when the process ends. */
  forgetful: boolean;
}

/** `file:…` or `postgres://…`. */
export function readDatabaseUrl(settings: Settings, { production, live, forgetful }: LedgerPlace): string {
  const url = settings.secret("DATABASE_URL");
  if (url && !/^(file:.|postgres(ql)?:\/\/.)/.test(url)) {
    settings.problem("DATABASE_URL: expected file:… for SQLite or postgres://… for PostgreSQL");
  } else if (url && !url.startsWith("file:") && !URL.canParse(url)) {
    settings.problem("DATABASE_URL: expected a URL, with special characters in the password percent-encoded");
  }
  if (url && live && isForgetful(url)) {
    settings.problem(
      "DATABASE_URL: expected a place that outlives the process, for with live providers what is forgotten is paid for twice",
    );
  }
  if (!url && production)
    settings.problem("DATABASE_URL is missing: in production the ledger's place is said outright");
  if (url) return url;
  return forgetful ? "file::memory:" : "file:./data/diligence.db";
}

// SQLite takes `:memory:`, an empty name and, after a second `file:`, a URI that may ask for memory in several ways.
function isForgetful(url: string): boolean {
  const path = url.startsWith("file:") ? url.slice("file:".length).trim() : undefined;
  return path !== undefined && (path === "" || /^file:|:memory:|[?&](mode|vfs)=mem/i.test(path));
}

/** What may be bought, and how long it may take. */
export function readPaidCalls(settings: Settings): PaidCallSettings {
  const timeoutMs = settings.integer("PAID_CALL_TIMEOUT_MS", 25_000, { min: 100, max: 600_000 });
  const abandonMs = settings.integer("PAID_CALL_ABANDON_MS", 120_000, { min: 100, max: 3_600_000 });
  if (abandonMs < timeoutMs) {
    settings.problem(
      "PAID_CALL_ABANDON_MS: expected at least PAID_CALL_TIMEOUT_MS, for a client waits no longer than the call",
    );
  }
  return {
    enabled: settings.oneOf("PAID_CALLS", ["on", "off"]) !== "off",
    timeoutMs,
    abandonMs,
    // A provider that has said nothing for five times as long will say nothing.
    listenMs: abandonMs * 5,
    dailyLimit: settings.has("DAILY_CHARGE_LIMIT")
      ? settings.integer("DAILY_CHARGE_LIMIT", 0, { min: 1, max: 1_000_000 })
      : undefined,
  };
}

/** Refused in production. */
export function readPause(settings: Settings, production: boolean): LedgerStep | undefined {
  if (production && settings.has("TEST_PAUSE_AT")) settings.problem("TEST_PAUSE_AT: expected nothing in production");
  return settings.oneOf("TEST_PAUSE_AT", ["claimed", "answered", "settled"]);
}
