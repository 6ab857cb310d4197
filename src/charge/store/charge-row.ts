import type { Selectable, Transaction } from "kysely";
import type { Charge, ChargeState } from "../charge.ts";
import type { LedgerDatabase } from "./open-ledger.ts";
import type { LedgerTables } from "./tables.ts";

/** A charge as it is kept, and the database's time of the look. */
export type Row = Selectable<LedgerTables["charge"]> & { now: number };

/** Charges, each with the database's time of the look. */
export function rows({ db, now }: LedgerDatabase, tx: Transaction<LedgerTables> | LedgerDatabase["db"] = db) {
  return tx.selectFrom("charge").selectAll("charge").select(now.as("now"));
}

/** What a charge has become by now: UNKNOWN where its lease ran out. */
export function stateOf({ state, lease_until, now }: Row): ChargeState {
  return state === "IN_PROGRESS" && lease_until <= now ? "UNKNOWN" : state;
}

/** A charge as the rest of the service knows it. */
export function toCharge(row: Row): Charge {
  return {
    id: row.id,
    requestedBy: row.caller,
    operation: row.operation,
    idempotencyKey: row.idempotency_key,
    fingerprint: row.fingerprint,
    provider: row.provider,
    target: row.target,
    state: stateOf(row),
    attempt: row.attempt,
    freed: row.freed === 1,
    verdictBy: row.verdict_by,
    settledBy: row.settled_by,
    settlementNote: row.settlement_note,
    resultId: row.result_id,
    price:
      row.price_amount !== null && row.price_currency !== null
        ? { amount: row.price_amount, currency: row.price_currency }
        : null,
    requestedAt: new Date(row.requested_at).toISOString(),
    settledAt: row.settled_at === null ? null : new Date(row.settled_at).toISOString(),
  };
}
