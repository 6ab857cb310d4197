import type { ChargeOperation, ChargeState, VerdictSource } from "./charge.ts";

/** What of the ledger is told to whoever counts, once it is on record. No id, key, caller or target ever reaches it. */
export interface LedgerObserver {
  claimed(operation: ChargeOperation): void;
  /** What was learned of a charge, and by whom. A charge may be settled more than once, as when UNKNOWN is cleared up. */
  settled(operation: ChargeOperation, state: Exclude<ChargeState, "IN_PROGRESS">, by: VerdictSource): void;
}

/** Where nobody counts. */
export const nobodyKeepsCount: LedgerObserver = { claimed: () => {}, settled: () => {} };
