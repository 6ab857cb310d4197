import { Counter, Gauge, type Registry } from "prom-client";
import { ProviderChargeOperation } from "../charge/charge.enum.ts";
import type { ChargeOperation } from "../charge/charge.ts";
import type { LedgerObserver } from "../charge/ledger-observer.ts";
import { within } from "../timing.ts";

/** Who can be asked about the ledger whenever somebody looks at the metrics. */
export interface LedgerSource {
  /** How many charges are UNKNOWN at the moment; an operation that has none is left out. Throws where the ledger is away. */
  countUnknown(): Promise<{ operation: ChargeOperation; count: number }[]>;
  /** How many paid calls of this process are on their way, or their answers not on record yet. */
  countOnTheirWay(): number;
}

const operations = Object.keys(ProviderChargeOperation) as ChargeOperation[];
const states = ["CHARGED", "NOT_CHARGED", "UNKNOWN"] as const;
const maxAskMs = 1_000;

/** Counts what this process put on record. */
export function watchLedger(registry: Registry): LedgerObserver {
  const charges = new Counter({
    name: "diligence_charges_total",
    help: "What this instance put on record: charges claimed, and verdicts by who gave them.",
    labelNames: ["operation", "state", "by"],
    registers: [registry],
  });
  for (const operation of operations) {
    charges.inc({ operation, state: "CLAIMED", by: "CLAIM" }, 0);
    for (const state of states) charges.inc({ operation, state, by: "ANSWER" }, 0);
  }
  return {
    claimed: (operation) => charges.inc({ operation, state: "CLAIMED", by: "CLAIM" }),
    settled: (operation, state, by) => charges.inc({ operation, state, by }),
  };
}

/** Shows how the ledger stands, asked each time somebody looks. */
export function showLedger(registry: Registry, source: LedgerSource): void {
  const registers = [registry];
  const ask = onceAtATime(async () => {
    const unknown = await within(
      source.countUnknown().catch(() => null),
      maxAskMs,
      null,
    );
    return unknown && new Map(unknown.map(({ operation, count }) => [operation, count]));
  });
  new Gauge({
    name: "diligence_ledger_up",
    help: "Whether the ledger's database answers within a second: 1 or 0.",
    registers,
    async collect() {
      this.set((await ask()) ? 1 : 0);
    },
  });
  new Gauge({
    name: "diligence_charges_unknown",
    help: "Charges that are UNKNOWN and wait to be settled, of all instances on this ledger; nothing while it is away.",
    labelNames: ["operation"],
    registers,
    async collect() {
      const unknown = await ask();
      this.reset();
      if (unknown) for (const operation of operations) this.set({ operation }, unknown.get(operation) ?? 0);
    },
  });
  new Gauge({
    name: "diligence_charges_in_flight",
    help: "Paid calls of this process that are on their way, or whose answer is not on record yet.",
    registers,
    collect() {
      this.set(source.countOnTheirWay());
    },
  });
}

/** Shows whether Redis can be asked, where there is one. */
export function showRedis(registry: Registry, redis: { isReady: boolean }): void {
  new Gauge({
    name: "diligence_redis_up",
    help: "Whether the connection to Redis is there: 1 or 0. Not told without REDIS_URL.",
    registers: [registry],
    collect() {
      this.set(redis.isReady ? 1 : 0);
    },
  });
}

// Two gauges rest on one answer; whoever looks at both asks once.
function onceAtATime<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let asking: Promise<Answer> | null = null;
  return () => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}
