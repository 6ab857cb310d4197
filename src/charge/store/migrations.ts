import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * In the order they are applied. A migration leaves the release before it able to run: it adds, and takes away only what
 * no release in use reads any more.
 */
export const migrations: Record<string, Migration> = {
  "0001-charges": {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("charge")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("caller", "text", (column) => column.notNull())
        .addColumn("operation", "text", (column) => column.notNull())
        .addColumn("idempotency_key", "text", (column) => column.notNull())
        .addColumn("fingerprint", "text", (column) => column.notNull())
        .addColumn("provider", "text", (column) => column.notNull())
        .addColumn("target", "text", (column) => column.notNull())
        .addColumn("subject", "text", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("attempt", "integer", (column) => column.notNull())
        .addColumn("freed", "integer", (column) => column.notNull())
        .addColumn("lease_until", "bigint", (column) => column.notNull())
        .addColumn("verdict_by", "text")
        .addColumn("settled_by", "text")
        .addColumn("settlement_note", "text")
        .addColumn("result_id", "text")
        .addColumn("price_amount", "text")
        .addColumn("price_currency", "text")
        .addColumn("requested_at", "bigint", (column) => column.notNull())
        .addColumn("settled_at", "bigint")
        .addUniqueConstraint("charge_name", ["caller", "operation", "idempotency_key"])
        .execute();
      await db.schema.createIndex("charge_newest").on("charge").columns(["requested_at", "id"]).execute();
      await db.schema.createIndex("charge_callers").on("charge").columns(["caller", "requested_at", "id"]).execute();
      await db.schema.createIndex("charge_states").on("charge").columns(["state", "requested_at", "id"]).execute();
      await db.schema
        .createIndex("charge_subjects")
        .on("charge")
        .columns(["operation", "subject", "requested_at", "id"])
        .execute();
      // A provider's id belongs to at most one charge. A company's does not count: every refresh of it results in that id.
      await db.schema
        .createIndex("charge_result")
        .unique()
        .on("charge")
        .columns(["provider", "result_id"])
        .where("operation" as never, "!=", "REFRESH_COMPANY_REPORT")
        .execute();
      await db.schema
        .createTable("charge_attempt")
        .addColumn("charge_id", "text", (column) => column.notNull().references("charge.id"))
        .addColumn("sequence", "integer", (column) => column.notNull())
        .addColumn("attempt", "integer", (column) => column.notNull())
        .addColumn("happened", "text", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("status", "integer")
        .addColumn("reason", "text")
        .addColumn("result_id", "text")
        .addColumn("by", "text")
        .addColumn("note", "text")
        .addColumn("at", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("charge_attempt_order", ["charge_id", "sequence"])
        .execute();
      await db.schema
        .createTable("daily_claims")
        .addColumn("caller", "text", (column) => column.notNull())
        .addColumn("day", "text", (column) => column.notNull())
        .addColumn("claims", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("daily_claims_day", ["caller", "day"])
        .execute();
      await db.schema
        .createTable("ledger_stamp")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("value", "text", (column) => column.notNull())
        .execute();
    },
  },
};
