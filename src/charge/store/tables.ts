import type { DataProvider } from "../../graphql/data-provider.ts";
import type { ChargeOperation, ChargeState, VerdictSource } from "../charge.ts";

/** The ledger's tables. Times are milliseconds since 1970 by the database's clock; flags are 0 or 1. */
export interface LedgerTables {
  /** One row per intended charge, as it stands. */
  charge: {
    id: string;
    caller: string;
    operation: ChargeOperation;
    idempotency_key: string;
    fingerprint: string;
    provider: DataProvider;
    target: string;
    /** The target in one spelling, to search by. */
    subject: string;
    state: ChargeState;
    attempt: number;
    freed: 0 | 1;
    lease_until: number;
    verdict_by: VerdictSource | null;
    settled_by: string | null;
    settlement_note: string | null;
    result_id: string | null;
    price_amount: string | null;
    price_currency: string | null;
    requested_at: number;
    settled_at: number | null;
  };
  /** What happened to a charge, in order. Rows are only ever appended: this is the audit record. */
  charge_attempt: {
    charge_id: string;
    sequence: number;
    attempt: number;
    /** RESULT_TAKEN: the provider's answer to another charge names the id that this one was thought to have bought. */
    happened: "CLAIMED" | VerdictSource | "RESULT_TAKEN";
    state: ChargeState;
    /** The HTTP status of the provider's answer. */
    status: number | null;
    /** In our words. */
    reason: string | null;
    result_id: string | null;
    /** The caller who claimed, or whoever gave a verdict. */
    by: string | null;
    note: string | null;
    at: number;
  };
  /** How many claims a caller made on a UTC day. */
  daily_claims: { caller: string; day: string; claims: number };
  /** What this ledger is for: a sandbox's and a live one must never be mixed up. */
  ledger_stamp: { name: string; value: string };
}
