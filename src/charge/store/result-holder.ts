import type { Transaction } from "kysely";
import type { DataProvider } from "../../graphql/data-provider.ts";
import { appendAttempt } from "./attempts.ts";
import type { LedgerDatabase } from "./open-ledger.ts";
import type { LedgerTables } from "./tables.ts";

/** A provider's id is on record for another charge already. */
export class ResultTakenError extends Error {}

/**
 * Makes room for the provider's own word on what a charge bought. Whoever holds the same id by evidence or an operator's word
 * loses it, with a line in its record: what was found by evidence is open again then, for nothing is left to prove it.
 *
 * @returns the id of the charge that lost it; null where nobody held it.
 * @throws ResultTakenError where the holder has it by the provider's answer as well.
 */
export async function takeResultForAnswer(
  tx: Transaction<LedgerTables>,
  { database, ...taker }: { database: LedgerDatabase; id: string; provider: DataProvider; now: number },
  resultId: string,
): Promise<string | null> {
  const holder = await tx
    .selectFrom("charge")
    .select(["id", "attempt", "state", "verdict_by"])
    .where("provider", "=", taker.provider)
    .where("result_id", "=", resultId)
    // A company's id is no id of what was bought: every refresh of it results in the same.
    .where("operation", "!=", "REFRESH_COMPANY_REPORT")
    .where("id", "!=", taker.id)
    .$if(database.locksRows, (query) => query.forUpdate())
    .executeTakeFirst();
  if (!holder) return null;
  if (holder.verdict_by === "ANSWER") throw new ResultTakenError("This id is on record for another charge");

  const reopened = holder.verdict_by === "EVIDENCE";
  const state = reopened ? "UNKNOWN" : holder.state;
  const reason = "its id is another charge's, by the provider's answer";
  await appendAttempt(
    tx,
    { ...holder, now: taker.now },
    { happened: "RESULT_TAKEN", state, by: null, reason, resultId },
  );
  await tx
    .updateTable("charge")
    .set({ result_id: null, price_amount: null, price_currency: null })
    .$if(reopened, (query) => query.set({ state, verdict_by: null, settled_at: null, settled_by: null }))
    .where("id", "=", holder.id)
    .execute();
  return holder.id;
}
