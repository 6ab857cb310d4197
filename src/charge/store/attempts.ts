import { sql, type Transaction } from "kysely";
import type { LedgerTables } from "./tables.ts";

type AttemptRow = LedgerTables["charge_attempt"];

/** What happened to a charge; what is left out is null. */
export type AttemptEntry = Pick<AttemptRow, "happened" | "state" | "by"> & {
  status?: number | undefined;
  reason?: string | undefined;
  resultId?: string | null | undefined;
  note?: string | undefined;
};

/** Appends to the audit record of a charge. Nothing there is ever changed or taken away. */
export async function appendAttempt(
  tx: Transaction<LedgerTables>,
  { id, attempt, now }: { id: string; attempt: number; now: number },
  { happened, state, by, status, reason, resultId, note }: AttemptEntry,
): Promise<void> {
  await tx
    .insertInto("charge_attempt")
    .values({
      charge_id: id,
      sequence: sql<number>`(select coalesce(max(sequence), 0) + 1 from charge_attempt where charge_id = ${id})`,
      attempt,
      happened,
      state,
      status: status ?? null,
      reason: reason ?? null,
      result_id: resultId ?? null,
      by,
      note: note ?? null,
      at: now,
    })
    .execute();
}
