import type { FastifyBaseLogger } from "fastify";
import { sql } from "kysely";
import { pino } from "pino";
import type { Charge } from "../../src/charge/charge.ts";
import { Ledger, type LedgerOptions } from "../../src/charge/ledger/ledger.ts";
import type { Asker, Spending, Spent } from "../../src/charge/ledger/spending.ts";
import { ChargeStore } from "../../src/charge/store/charge-store.ts";
import { type LedgerDatabase, openLedger } from "../../src/charge/store/open-ledger.ts";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import type { DatabaseKind } from "./ledger-databases.ts";

export type TestLedgerOptions = Partial<LedgerOptions> & {
  /** Gives up on a call a moment after it was sent, however long the claim took. */
  abandonsSoon?: boolean;
};

/** A ledger's store with its rules, and a way behind its back. */
export interface TestLedger {
  database: LedgerDatabase;
  store: ChargeStore;
  ledger: Ledger;
  /** What was logged, a JSON text per line. */
  logged(): string;
  log: FastifyBaseLogger;
  /** Another one on the same store, as after a restart: it knows what is on record and nothing else. */
  restarted(options?: TestLedgerOptions): Ledger;
  /** Ends the lease of a charge, as if more time had passed than its sender has. */
  expire(chargeId: string): Promise<void>;
  /** Has a charge be claimed that much earlier. */
  claimedEarlier(chargeId: string, ms: number): Promise<void>;
  /** What was appended about a charge, in order. */
  attemptsOf(chargeId: string): Promise<{ attempt: number; happened: string; state: string; by: string | null }[]>;
  countRows(): Promise<number>;
  close(): Promise<void>;
}

export async function openTestLedger(url: string, options: TestLedgerOptions = {}): Promise<TestLedger> {
  const { log, logged } = recordingLog();
  const database = await openLedger(url, "sandbox", log);
  const store = new ChargeStore(database);
  const { db } = database;
  const restarted = (changed: TestLedgerOptions = {}) => aLedger(store, log, { ...options, ...changed });
  return {
    database,
    store,
    ledger: restarted(),
    logged,
    log,
    restarted,
    expire: async (chargeId) => {
      await db.updateTable("charge").set({ lease_until: 1 }).where("id", "=", chargeId).execute();
    },
    claimedEarlier: async (chargeId, ms) => {
      await db
        .updateTable("charge_attempt")
        .set((row) => ({ at: row("at", "-", ms) }))
        .where("charge_id", "=", chargeId)
        .execute();
    },
    attemptsOf: (chargeId) =>
      db
        .selectFrom("charge_attempt")
        .select(["attempt", "happened", "state", "by"])
        .where("charge_id", "=", chargeId)
        .orderBy("sequence")
        .execute(),
    countRows: async () => {
      const { rows } = await sql<{ n: number }>`select count(*) as n from charge`.execute(db);
      return Number(rows[0]?.n);
    },
    close: () => store.close(),
  };
}

/** A ledger on a database of its own; `close` ends both. */
export async function ledgerOn(
  kind: DatabaseKind,
  options: TestLedgerOptions = {},
): Promise<{ test: TestLedger; url: string; close(): Promise<void> }> {
  const database = await kind.create();
  const test = await openTestLedger(database.url, options);
  const close = async () => {
    await test.ledger.drain(5_000);
    await test.close();
    await database.drop();
  };
  return { test, url: database.url, close };
}

/** The ledger's rules on any store, a spoiled one too. */
export function aLedger(
  store: ChargeStore,
  log: FastifyBaseLogger,
  { abandonsSoon = false, ...options }: TestLedgerOptions = {},
): Ledger {
  const all: LedgerOptions = {
    paidCalls: true,
    dailyLimit: undefined,
    abandonMs: 60_000,
    log,
    now: Date.now,
    ...options,
  };
  if (!abandonsSoon) return new Ledger(store, all);
  const beganMs = performance.now();
  const { atStep } = all;
  all.atStep = async (step) => {
    await atStep?.(step);
    if (step === "claimed") all.abandonMs = performance.now() - beganMs + 300;
  };
  return new Ledger(store, all);
}

export function recordingLog(): { log: FastifyBaseLogger; logged(): string } {
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  return { log, logged: () => lines.join("") };
}

/** Somebody who waits for that long. */
export function anAsker(waitsMs = 30_000, log: FastifyBaseLogger = pino({ level: "silent" })): Asker {
  return { paidFieldsUntilMs: Date.now() + waitsMs, log };
}

let keys = 0;
export const aKey = (): string => `key-${++keys}`;

export function aSpending(differing: Partial<Spending<never>> = {}): Spending<never> {
  return {
    caller: "alice",
    operation: "REFRESH_COMPANY_REPORT",
    idempotencyKey: aKey(),
    fingerprint: "1:an-input",
    provider: "CREDAS",
    target: "6510",
    subject: "6510",
    send: async () => charged,
    readPurchase: (body) => ({ resultId: (body as { id?: string } | undefined)?.id ?? null }),
    ...differing,
  };
}

export const charged: PaidOutcome = { state: "CHARGED", status: 200, body: {} };
export const unknown: PaidOutcome = { state: "UNKNOWN", status: 500, reason: "status 500" };
export const refused: PaidOutcome = { state: "NOT_CHARGED", because: "insufficient-funds", status: 402 };

/** A provider that answers when it is told to, and counts what it was sent. */
export class HeldProvider {
  readonly sent: string[] = [];
  private readonly waiting: ((outcome: PaidOutcome) => void)[] = [];
  private readonly arrivals: (() => void)[] = [];

  readonly send = (chargeId: string): Promise<PaidOutcome> => {
    this.sent.push(chargeId);
    for (const arrived of this.arrivals.splice(0)) arrived();
    return new Promise((answer) => this.waiting.push(answer));
  };

  /** Waits until something has been sent. */
  async called(): Promise<void> {
    if (this.sent.length === 0) await new Promise<void>((arrived) => this.arrivals.push(arrived));
  }

  /** Answers the oldest call that waits. */
  answer(outcome: PaidOutcome): void {
    const next = this.waiting.shift();
    if (!next) throw new Error("Expected a call that waits for its answer, got none");
    next(outcome);
  }
}

/** The charge that an outcome tells of. */
export function chargeOf(spent: Spent<unknown>): Charge {
  if (!("charge" in spent)) throw new Error(`Expected a charge, got ${spent.kind}`);
  return spent.charge;
}

/** Stops a ledger at a step for good, as the end of its process would. */
export function stoppingAt(step: string): { atStep(at: string): Promise<void>; stopped: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    stopped: promise,
    atStep: async (at) => {
      if (at !== step) return;
      resolve();
      await new Promise(() => {});
    },
  };
}
