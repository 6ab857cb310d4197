import type { ExpressionBuilder } from "kysely";
import type { DataProvider } from "../../graphql/data-provider.ts";
import type { Charge, ChargeName, ChargeOperation, ChargeState } from "../charge.ts";
import { rows, toCharge } from "./charge-row.ts";
import type { LedgerDatabase } from "./open-ledger.ts";
import type { LedgerTables } from "./tables.ts";

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

/** A place in the list of charges, newest first. */
export interface ChargePlace {
  requestedAtMs: number;
  id: string;
}

type ChargeExpressions = ExpressionBuilder<LedgerTables, "charge">;

/** The ledger's tables, read. Every method throws what the database throws. */
export class ChargeQueries {
  constructor(protected readonly database: LedgerDatabase) {}

  async find({ caller, operation, idempotencyKey }: ChargeName): Promise<Charge | null> {
    const row = await rows(this.database)
      .where("caller", "=", caller)
      .where("operation", "=", operation)
      .where("idempotency_key", "=", idempotencyKey)
      .executeTakeFirst();
    return row ? toCharge(row) : null;
  }

  async findById(id: string): Promise<Charge | null> {
    if (isInNoRow(id)) return null;
    const row = await rows(this.database).where("id", "=", id).executeTakeFirst();
    return row ? toCharge(row) : null;
  }

  /** Newest first, from behind `after`. */
  async list(filter: ChargeFilter, limit: number, after?: ChargePlace): Promise<Charge[]> {
    if (isInNoRow(filter.target) || isInNoRow(filter.requestedBy)) return [];
    const found = await rows(this.database)
      .where((charge) => charge.and(conditions(charge, this.database, filter)))
      .$if(after !== undefined, (query) =>
        query.where((charge) =>
          charge(charge.refTuple("requested_at", "id"), "<", charge.tuple(after?.requestedAtMs ?? 0, after?.id ?? "")),
        ),
      )
      .orderBy("requested_at", "desc")
      .orderBy("id", "desc")
      .limit(limit)
      .execute();
    return found.map(toCharge);
  }

  /** How many charges of each operation are UNKNOWN at the moment; an operation that has none is left out. */
  async countUnknown(): Promise<{ operation: ChargeOperation; count: number }[]> {
    return this.database.db
      .selectFrom("charge")
      .select(({ fn }) => ["operation", fn.countAll<number>().as("count")])
      .where((charge) => charge.and(conditions(charge, this.database, { state: "UNKNOWN" })))
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
    const owned = await this.database.db
      .selectFrom("charge")
      .select("result_id")
      .where("provider", "=", provider)
      .where("result_id", "in", resultIds)
      .execute();
    return new Set(owned.map(({ result_id }) => String(result_id)));
  }
}

function conditions(charge: ChargeExpressions, { now }: LedgerDatabase, filter: ChargeFilter) {
  const expired = charge("lease_until", "<=", now);
  const inProgress = charge("state", "=", "IN_PROGRESS");
  const asked = [
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
  return asked.filter((condition) => typeof condition === "object");
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

// PostgreSQL fails where it is so much as asked for a NUL, and that would look as if it were away.
function isInNoRow(text: string | undefined): boolean {
  return text?.includes("\0") ?? false;
}
