import type { ExpressionBuilder, Selectable, Transaction } from "kysely";
import type { DataProvider } from "../../graphql/data-provider.ts";
import type { Charge, ChargeName, ChargeOperation, ChargeState, Price, VerdictSource } from "../charge.ts";
import { type LedgerObserver, nobodyKeepsCount } from "../ledger-observer.ts";
import { appendAttempt } from "./attempts.ts";
import type { LedgerDatabase } from "./open-ledger.ts";
import { ResultTakenError, takeResultForAnswer } from "./result-holder.ts";
import type { LedgerTables } from "./tables.ts";

/** What is to be bought, as the ledger records it. */
export interface Claim extends ChargeName {
  fingerprint: string;
  provider: DataProvider;
  target: string;
  /** The target in one spelling, to search by. */
  subject: string;
}

export type ClaimResult =
  | { kind: "claimed"; charge: Charge }
  /** The key is known and not freed; somebody else was faster. */
  | { kind: "known" }
  | { kind: "limit-reached"; resetsAt: string };

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

export interface ChargeFilter {
  state?: ChargeState | undefined;
  operation?: Charge["operation"] | undefined;
  target?: string | undefined;
  subject?: string | undefined;
  requestedBy?: string | undefined;
  /** RFC 3339, exclusive both. */
  requestedAfter?: string | undefined;
  requestedBefore?: string | undefined;
  /** Only those of which the provider's id of what was bought is on record, or, if false, is not. */
  withResult?: boolean | undefined;
  /** Only those that were claimed at such a time, at any attempt: milliseconds since 1970, both ends included. */
  claimed?: { fromMs: number; toMs: number } | undefined;
}

/** What became of recording an answer. */
export interface AnswerEffect {
  charge: Charge;
  /** Evidence or an operator had said something else. */
  overruled: boolean;
  /** The id of the charge that held what this one bought, by evidence or an operator's word, and holds it no more. */
  takenFrom: string | null;
}

/** A place in the list of charges, newest first. */
export interface ChargePlace {
  requestedAtMs: number;
  id: string;
}

type Row = Selectable<LedgerTables["charge"]> & { now: number };
type ChargeExpressions = ExpressionBuilder<LedgerTables, "charge">;

/**
 * The ledger's tables, read and written: what a statement does is here, what may be done is in ledger.ts. Every method
 * throws what the database throws.
 */
export class ChargeStore {
  constructor(
    private readonly database: LedgerDatabase,
    private readonly observer: LedgerObserver = nobodyKeepsCount,
  ) {}

  async find({ caller, operation, idempotencyKey }: ChargeName): Promise<Charge | null> {
    const row = await this.rows()
      .where("caller", "=", caller)
      .where("operation", "=", operation)
      .where("idempotency_key", "=", idempotencyKey)
      .executeTakeFirst();
    return row ? toCharge(row) : null;
  }

  async findById(id: string): Promise<Charge | null> {
    if (isInNoRow(id)) return null;
    const row = await this.rows().where("id", "=", id).executeTakeFirst();
    return row ? toCharge(row) : null;
  }

  /** Newest first, from behind `after`. */
  async list(filter: ChargeFilter, limit: number, after?: ChargePlace): Promise<Charge[]> {
    if (isInNoRow(filter.target) || isInNoRow(filter.requestedBy)) return [];
    const rows = await this.rows()
      .where((charge) => charge.and(this.conditions(charge, filter)))
      .$if(after !== undefined, (query) =>
        query.where((charge) =>
          charge(charge.refTuple("requested_at", "id"), "<", charge.tuple(after?.requestedAtMs ?? 0, after?.id ?? "")),
        ),
      )
      .orderBy("requested_at", "desc")
      .orderBy("id", "desc")
      .limit(limit)
      .execute();
    return rows.map(toCharge);
  }

  /** How many charges of each operation are UNKNOWN at the moment; an operation that has none is left out. */
  async countUnknown(): Promise<{ operation: ChargeOperation; count: number }[]> {
    return this.database.db
      .selectFrom("charge")
      .select(({ fn }) => ["operation", fn.countAll<number>().as("count")])
      .where((charge) => charge.and(this.conditions(charge, { state: "UNKNOWN" })))
      .groupBy("operation")
      .execute();
  }

  /** When a charge was last claimed, in milliseconds since 1970. */
  async lastClaimedAt(id: string): Promise<number> {
    const { at } = await this.database.db
      .selectFrom("charge_attempt")
      .select("at")
      .where("charge_id", "=", id)
      .where("happened", "=", "CLAIMED")
      .orderBy("sequence", "desc")
      .limit(1)
      .executeTakeFirstOrThrow();
    return at;
  }

  /** Which of a provider's ids are on record as bought. */
  async findOwned(provider: DataProvider, resultIds: string[]): Promise<Set<string>> {
    if (resultIds.length === 0) return new Set();
    const rows = await this.database.db
      .selectFrom("charge")
      .select("result_id")
      .where("provider", "=", provider)
      .where("result_id", "in", resultIds)
      .execute();
    return new Set(rows.map(({ result_id }) => String(result_id)));
  }

  /** Claims a key that is new (its charge then gets this `id`) or freed, and counts it against the caller's day. Once this returns, it is on disk. */
  async claim(
    claim: Claim & { id: string },
    options: { leaseMs: number; dailyLimit: number | undefined },
  ): Promise<ClaimResult> {
    const result = await this.transaction(async (tx): Promise<ClaimResult> => {
      if (!(await this.countClaim(tx, claim.caller, options.dailyLimit))) {
        return { kind: "limit-reached", resetsAt: await this.startOfTomorrow(tx) };
      }
      const row = await this.insertClaim(tx, claim, options.leaseMs);
      // Undone, or a caller who lost the race would have spent one of the day's claims.
      if (!row) throw new Undo({ kind: "known" });
      await appendAttempt(tx, row, { happened: "CLAIMED", state: "IN_PROGRESS", by: claim.caller });
      return { kind: "claimed", charge: toCharge(row) };
    });
    if (result.kind === "claimed") this.observer.claimed(claim.operation);
    return result;
  }

  /**
   * Records the provider's answer to one attempt, or that there is none (UNKNOWN). It frees the key only if the answer is
   * NOT_CHARGED and nobody could have taken the charge for UNKNOWN before: neither by its lease nor, as `everUnknown` says,
   * by what its asker was told. An answer overrules evidence and operator.
   *
   * @returns null if that attempt's answer is on record already.
   * @throws ResultTakenError
   */
  async recordAnswer(
    id: string,
    attempt: number,
    verdict: Verdict & { by: "ANSWER" },
    { everUnknown = false } = {},
  ): Promise<AnswerEffect | null> {
    const recorded = await this.transaction(async (tx): Promise<AnswerEffect | null> => {
      const row = await this.lock(tx, id);
      if (!row || row.attempt !== attempt || row.verdict_by === "ANSWER") return null;
      await appendAttempt(tx, row, { ...verdict, happened: "ANSWER", by: null });
      const given = row.verdict_by !== null;
      if (verdict.state === "UNKNOWN" && given) return { charge: toCharge(row), overruled: false, takenFrom: null };
      const takenFrom = await this.takeResult(tx, row, verdict);
      const freed = verdict.state === "NOT_CHARGED" && stateOf(row) === "IN_PROGRESS" && !everUnknown;
      const charge = await this.write(tx, row, verdict, freed);
      return { charge, overruled: given && contradicts(row, verdict), takenFrom };
    });
    if (recorded) this.observer.settled(recorded.charge.operation, verdict.state, verdict.by);
    return recorded;
  }

  /**
   * Records a verdict that does not come from the sender, on a charge that is UNKNOWN or has such a verdict already.
   *
   * @returns the charge as it is then; unchanged, with `settled` false, where no such verdict may be given.
   * @throws ResultTakenError
   */
  async recordVerdict(id: string, verdict: Verdict & { by: "EVIDENCE" | "OPERATOR" }) {
    const recorded = await this.transaction(async (tx): Promise<{ charge: Charge; settled: boolean } | null> => {
      const row = await this.lock(tx, id);
      if (!row) return null;
      const open = stateOf(row) === "UNKNOWN" || (row.verdict_by !== null && row.verdict_by !== "ANSWER");
      const mayFollow = verdict.by === "OPERATOR" || stateOf(row) === "UNKNOWN";
      if (!open || !mayFollow) return { charge: toCharge(row), settled: false };
      await appendAttempt(tx, row, { ...verdict, happened: verdict.by, by: verdict.settledBy ?? null });
      return { charge: await this.write(tx, row, verdict, false), settled: true };
    });
    if (recorded?.settled) this.observer.settled(recorded.charge.operation, verdict.state, verdict.by);
    return recorded;
  }

  async close(): Promise<void> {
    await this.database.db.destroy();
  }

  private rows(tx: Transaction<LedgerTables> | LedgerDatabase["db"] = this.database.db) {
    return tx.selectFrom("charge").selectAll("charge").select(this.database.now.as("now"));
  }

  private conditions(charge: ChargeExpressions, filter: ChargeFilter) {
    const expired = charge("lease_until", "<=", this.database.now);
    const inProgress = charge("state", "=", "IN_PROGRESS");
    const conditions = [
      filter.state === "UNKNOWN" && charge.or([charge("state", "=", "UNKNOWN"), charge.and([inProgress, expired])]),
      filter.state === "IN_PROGRESS" && charge.and([inProgress, charge.not(expired)]),
      (filter.state === "CHARGED" || filter.state === "NOT_CHARGED") && charge("state", "=", filter.state),
      filter.operation && charge("operation", "=", filter.operation),
      filter.target !== undefined && charge("target", "=", filter.target),
      filter.subject !== undefined && charge("subject", "=", filter.subject),
      filter.requestedBy !== undefined && charge("caller", "=", filter.requestedBy),
      filter.requestedAfter && charge("requested_at", ">", Date.parse(filter.requestedAfter)),
      filter.requestedBefore && charge("requested_at", "<", Date.parse(filter.requestedBefore)),
      filter.withResult === true && charge("result_id", "is not", null),
      filter.withResult === false && charge("result_id", "is", null),
      filter.claimed && wasClaimed(charge, filter.claimed),
    ];
    return conditions.filter((condition) => typeof condition === "object");
  }

  // One statement counts and compares, so two claims at once can't both be the last one allowed.
  private async countClaim(tx: Transaction<LedgerTables>, caller: string, limit: number | undefined): Promise<boolean> {
    const counted = await tx
      .insertInto("daily_claims")
      .values({ caller, day: this.database.today, claims: 1 })
      .onConflict((conflict) => {
        const counting = conflict
          .columns(["caller", "day"])
          .doUpdateSet((row) => ({ claims: row("daily_claims.claims", "+", 1) }));
        return limit === undefined ? counting : counting.where("daily_claims.claims", "<", limit);
      })
      .returning("claims")
      .executeTakeFirst();
    return counted !== undefined;
  }

  private async startOfTomorrow(tx: Transaction<LedgerTables>): Promise<string> {
    const { now } = await tx.selectNoFrom(this.database.now.as("now")).executeTakeFirstOrThrow();
    const dayMs = 24 * 60 * 60 * 1000;
    return new Date((Math.floor(now / dayMs) + 1) * dayMs).toISOString();
  }

  private async insertClaim(
    tx: Transaction<LedgerTables>,
    claim: Claim & { id: string },
    leaseMs: number,
  ): Promise<Row | undefined> {
    const { now } = await tx.selectNoFrom(this.database.now.as("now")).executeTakeFirstOrThrow();
    const lease = { state: "IN_PROGRESS", lease_until: now + leaseMs, freed: 0 } as const;
    const row = await tx
      .insertInto("charge")
      .values({
        ...lease,
        id: claim.id,
        caller: claim.caller,
        operation: claim.operation,
        idempotency_key: claim.idempotencyKey,
        fingerprint: claim.fingerprint,
        provider: claim.provider,
        target: claim.target,
        subject: claim.subject,
        attempt: 1,
        requested_at: now,
      })
      .onConflict((conflict) =>
        conflict
          .columns(["caller", "operation", "idempotency_key"])
          .doUpdateSet((row) => ({
            ...lease,
            attempt: row("charge.attempt", "+", 1),
            verdict_by: null,
            settled_at: null,
          }))
          .where("charge.freed", "=", 1)
          .where("charge.fingerprint", "=", claim.fingerprint),
      )
      .returningAll()
      .executeTakeFirst();
    return row && { ...row, now };
  }

  private async lock(tx: Transaction<LedgerTables>, id: string): Promise<Row | undefined> {
    return this.rows(tx)
      .where("id", "=", id)
      .$if(this.database.locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
  }

  private async takeResult(tx: Transaction<LedgerTables>, row: Row, { resultId }: Verdict): Promise<string | null> {
    if (!resultId || row.operation === "REFRESH_COMPANY_REPORT") return null;
    return takeResultForAnswer(tx, { ...row, database: this.database }, resultId);
  }

  private async write(tx: Transaction<LedgerTables>, row: Row, verdict: Verdict, freed: boolean): Promise<Charge> {
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

  private async transaction<Result>(work: (tx: Transaction<LedgerTables>) => Promise<Result>): Promise<Result> {
    try {
      return await this.database.db.transaction().execute(work);
    } catch (error) {
      if (error instanceof Undo) return error.result as Result;
      throw error;
    }
  }
}

function wasClaimed(charge: ChargeExpressions, { fromMs, toMs }: { fromMs: number; toMs: number }) {
  const claims = charge
    .selectFrom("charge_attempt")
    .select("sequence")
    .whereRef("charge_attempt.charge_id", "=", "charge.id")
    .where("happened", "=", "CLAIMED")
    .where("at", ">=", fromMs)
    .where("at", "<=", toMs);
  return charge.exists(claims);
}

/** Rolls a transaction back and still answers. */
class Undo extends Error {
  constructor(readonly result: unknown) {
    super("Rolled back on purpose");
  }
}

function stateOf({ state, lease_until, now }: Row): ChargeState {
  return state === "IN_PROGRESS" && lease_until <= now ? "UNKNOWN" : state;
}

function contradicts({ state, result_id }: Row, verdict: Verdict): boolean {
  return state !== verdict.state || (result_id !== null && Boolean(verdict.resultId) && result_id !== verdict.resultId);
}

function toCharge(row: Row): Charge {
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

// PostgreSQL fails where it is so much as asked for a NUL, and that would look as if it were away.
function isInNoRow(text: string | undefined): boolean {
  return text?.includes("\0") ?? false;
}

// SQLite's extended code for a unique index, PostgreSQL's SQLSTATE for the same.
function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("errcode" in error && error.errcode === 2067) || ("code" in error && error.code === "23505");
}
