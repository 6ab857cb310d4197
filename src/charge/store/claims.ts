import type { Transaction } from "kysely";
import type { DataProvider } from "../../graphql/data-provider.ts";
import type { Charge, ChargeName } from "../charge.ts";
import { appendAttempt } from "./attempts.ts";
import { type Row, toCharge } from "./charge-row.ts";
import type { LedgerDatabase } from "./open-ledger.ts";
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

/**
 * Claims a key that is new (its charge then gets this `id`) or freed, and counts it against the caller's day. Once this
 * returns, it is on disk.
 */
export async function claimKey(
  database: LedgerDatabase,
  claim: Claim & { id: string },
  options: { leaseMs: number; dailyLimit: number | undefined },
): Promise<ClaimResult> {
  const work = async (tx: Transaction<LedgerTables>): Promise<ClaimResult> => {
    if (!(await countClaim(tx, database, claim.caller, options.dailyLimit))) {
      return { kind: "limit-reached", resetsAt: await startOfTomorrow(tx, database) };
    }
    const row = await insertClaim(tx, database, claim, options.leaseMs);
    if (!row) throw new FasterClaim();
    await appendAttempt(tx, row, { happened: "CLAIMED", state: "IN_PROGRESS", by: claim.caller });
    return { kind: "claimed", charge: toCharge(row) };
  };
  try {
    return await database.db.transaction().execute(work);
  } catch (error) {
    if (error instanceof FasterClaim) return { kind: "known" };
    throw error;
  }
}

/** Undoes a claim whose key is known: or a caller who lost the race would have spent one of the day's claims. */
class FasterClaim extends Error {}

// One statement counts and compares, so two claims at once can't both be the last one allowed.
async function countClaim(
  tx: Transaction<LedgerTables>,
  database: LedgerDatabase,
  caller: string,
  limit: number | undefined,
): Promise<boolean> {
  const counted = await tx
    .insertInto("daily_claims")
    .values({ caller, day: database.today, claims: 1 })
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

async function startOfTomorrow(tx: Transaction<LedgerTables>, database: LedgerDatabase): Promise<string> {
  const { now } = await tx.selectNoFrom(database.now.as("now")).executeTakeFirstOrThrow();
  const dayMs = 24 * 60 * 60 * 1000;
  return new Date((Math.floor(now / dayMs) + 1) * dayMs).toISOString();
}

async function insertClaim(
  tx: Transaction<LedgerTables>,
  database: LedgerDatabase,
  claim: Claim & { id: string },
  leaseMs: number,
): Promise<Row | undefined> {
  const { now } = await tx.selectNoFrom(database.now.as("now")).executeTakeFirstOrThrow();
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
