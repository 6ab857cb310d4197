import type { Transaction } from "kysely";
import type { Charge, ChargeState, Price, VerdictSource } from "../charge.ts";
import { appendAttempt } from "./attempts.ts";
import { type Row, rows, stateOf, toCharge } from "./charge-row.ts";
import type { LedgerDatabase } from "./open-ledger.ts";
import { ResultTakenError, takeResultForAnswer } from "./result-holder.ts";
import type { LedgerTables } from "./tables.ts";

/** What is learned of a charge. */
export interface Verdict {
  state: Exclude<ChargeState, "IN_PROGRESS">;
  by: VerdictSource;
  /** The provider's HTTP status. */
  status?: number | undefined;
  /** In our words. */
  reason?: string | undefined;
  resultId?: string | null | undefined;
  price?: Price | null | undefined;
  /** Whoever settles it, where the provider's answer does not. */
  settledBy?: string | undefined;
  note?: string | undefined;
}

/** What became of recording an answer. */
export interface AnswerEffect {
  charge: Charge;
  /** Evidence or an operator had said something else. */
  overruled: boolean;
  /** The id of the charge that held what this one bought, by evidence or an operator's word, and holds it no more. */
  takenFrom: string | null;
}

/**
 * Records the provider's answer to one attempt, or that there is none (UNKNOWN). It frees the key only if the answer is
 * NOT_CHARGED and nobody could have taken the charge for UNKNOWN before: neither by its lease nor, as `everUnknown` says,
 * by what its asker was told. An answer overrules evidence and operator.
 *
 * @returns null if that attempt's answer is on record already.
 * @throws ResultTakenError
 */
export async function recordAnswer(
  database: LedgerDatabase,
  id: string,
  attempt: number,
  verdict: Verdict & { by: "ANSWER" },
  { everUnknown = false } = {},
): Promise<AnswerEffect | null> {
  return database.db.transaction().execute(async (tx): Promise<AnswerEffect | null> => {
    const row = await lock(tx, database, id);
    if (!row || row.attempt !== attempt || row.verdict_by === "ANSWER") return null;
    await appendAttempt(tx, row, { ...verdict, happened: "ANSWER", by: null });
    const given = row.verdict_by !== null;
    if (verdict.state === "UNKNOWN" && given) return { charge: toCharge(row), overruled: false, takenFrom: null };
    const takenFrom = await takeResult(tx, database, row, verdict);
    const freed = verdict.state === "NOT_CHARGED" && stateOf(row) === "IN_PROGRESS" && !everUnknown;
    const charge = await write(tx, row, verdict, freed);
    return { charge, overruled: given && contradicts(row, verdict), takenFrom };
  });
}

/**
 * Records a verdict that does not come from the sender, on a charge that is UNKNOWN or has such a verdict already.
 *
 * @returns the charge as it is then; unchanged, with `settled` false, where no such verdict may be given.
 * @throws ResultTakenError
 */
export async function recordVerdict(
  database: LedgerDatabase,
  id: string,
  verdict: Verdict & { by: "EVIDENCE" | "OPERATOR" },
): Promise<{ charge: Charge; settled: boolean } | null> {
  return database.db.transaction().execute(async (tx): Promise<{ charge: Charge; settled: boolean } | null> => {
    const row = await lock(tx, database, id);
    if (!row) return null;
    const open = stateOf(row) === "UNKNOWN" || (row.verdict_by !== null && row.verdict_by !== "ANSWER");
    const mayFollow = verdict.by === "OPERATOR" || stateOf(row) === "UNKNOWN";
    if (!open || !mayFollow) return { charge: toCharge(row), settled: false };
    await appendAttempt(tx, row, { ...verdict, happened: verdict.by, by: verdict.settledBy ?? null });
    return { charge: await write(tx, row, verdict, false), settled: true };
  });
}

async function lock(tx: Transaction<LedgerTables>, database: LedgerDatabase, id: string): Promise<Row | undefined> {
  return rows(database, tx)
    .where("id", "=", id)
    .$if(database.locksRows, (query) => query.forUpdate())
    .executeTakeFirst();
}

async function takeResult(
  tx: Transaction<LedgerTables>,
  database: LedgerDatabase,
  row: Row,
  { resultId }: Verdict,
): Promise<string | null> {
  if (!resultId || row.operation === "REFRESH_COMPANY_REPORT") return null;
  return takeResultForAnswer(tx, { ...row, database }, resultId);
}

async function write(tx: Transaction<LedgerTables>, row: Row, verdict: Verdict, freed: boolean): Promise<Charge> {
  const settled = verdict.state !== "UNKNOWN";
  // The same verdict said again, with less beside it, takes nothing away.
  const kept = verdict.state === row.state ? row : { result_id: null, price_amount: null, price_currency: null };
  const written = await tx
    .updateTable("charge")
    .set({
      state: verdict.state,
      freed: freed ? 1 : 0,
      verdict_by: settled ? verdict.by : null,
      settled_at: settled ? row.now : null,
      settled_by: verdict.settledBy ?? null,
      settlement_note: verdict.note ?? null,
      result_id: verdict.resultId ?? kept.result_id,
      price_amount: verdict.price?.amount ?? kept.price_amount,
      price_currency: verdict.price?.currency ?? kept.price_currency,
    })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => {
      throw isUniqueViolation(error)
        ? new ResultTakenError("This id is on record for another charge", { cause: error })
        : error;
    });
  return toCharge({ ...written, now: row.now });
}

function contradicts({ state, result_id }: Row, verdict: Verdict): boolean {
  return state !== verdict.state || (result_id !== null && Boolean(verdict.resultId) && result_id !== verdict.resultId);
}

// SQLite's extended code for a unique index, PostgreSQL's SQLSTATE for the same.
function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("errcode" in error && error.errcode === 2067) || ("code" in error && error.code === "23505");
}
