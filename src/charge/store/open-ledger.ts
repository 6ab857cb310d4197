import type { FastifyBaseLogger } from "fastify";
import { Kysely, type RawBuilder, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "./migrations.ts";
import { openSqlite } from "./sqlite.ts";
import type { LedgerTables } from "./tables.ts";

/** A ledger's database, migrated and stamped. */
export interface LedgerDatabase {
  db: Kysely<LedgerTables>;
  /** The database's own clock, in milliseconds since 1970. */
  now: RawBuilder<number>;
  /** The UTC day by the database's clock, as YYYY-MM-DD. */
  today: RawBuilder<string>;
  /** Whether rows can be locked one by one; otherwise a transaction has the database to itself. */
  locksRows: boolean;
  /** Whether tables are in schemas, of which one is ours. */
  hasSchemas: boolean;
}

/** What a ledger is for. */
export type LedgerPurpose = "sandbox" | "live";

/**
 * Opens the ledger at `url`: `file:…` (SQLite, `file::memory:` for one in memory) or `postgres://…`. Brings its schema up to
 * date under a lock, so that several instances may start at once.
 *
 * @throws an Error that says why it can't be used.
 */
export async function openLedger(url: string, purpose: LedgerPurpose, log: FastifyBaseLogger): Promise<LedgerDatabase> {
  // PostgreSQL is migrated over connections of their own, which wait as long as it takes; SQLite's file is opened once.
  const isFile = url.startsWith("file:");
  if (!isFile) await closingAfter(await connect(url, log, { patient: true }), migrate);
  const database = await connect(url, log);
  try {
    if (isFile) await migrate(database);
    await checkStamp(database.db, purpose);
    return database;
  } catch (error) {
    await database.db.destroy();
    throw error;
  }
}

async function closingAfter(
  database: LedgerDatabase,
  work: (database: LedgerDatabase) => Promise<void>,
): Promise<void> {
  try {
    await work(database);
  } finally {
    await database.db.destroy();
  }
}

async function connect(url: string, log: FastifyBaseLogger, { patient = false } = {}): Promise<LedgerDatabase> {
  if (url.startsWith("file:")) {
    return {
      db: new Kysely<LedgerTables>({ dialect: openSqlite(url.slice("file:".length)) }),
      now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
      today: sql<string>`date('now')`,
      locksRows: false,
      hasSchemas: false,
    };
  }
  const onIdleError = () => log.warn("ledger: a connection to the database broke");
  const { openPostgres } = await import("./postgres.ts");
  const dialect = openPostgres(url, { onIdleError, patient });
  return {
    db: new Kysely<LedgerTables>({ dialect }),
    now: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    today: sql<string>`to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD')`,
    locksRows: true,
    hasSchemas: true,
  };
}

async function migrate(database: LedgerDatabase): Promise<void> {
  const { db } = database;
  const { schema, applied } = await findApplied(database).catch((cause: unknown) => {
    throw new Error("The ledger's database of DATABASE_URL can't be reached, or refuses us", { cause });
  });
  const newer = applied.find((name) => !Object.hasOwn(migrations, name));
  if (newer) throw new Error(`The ledger of DATABASE_URL has a newer schema (${newer}) than this version knows`);

  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    ...tables,
    ...(schema && { migrationTableSchema: schema }),
  }).migrateToLatest();
  if (error) throw new Error("The ledger's schema could not be brought up to date", { cause: error });
}

// Names of our own, looked for in our own schema: other programs in the same database keep migrations too.
const tables = { migrationTableName: "diligence_migration", migrationLockTableName: "diligence_migration_lock" };

async function findApplied({
  db,
  hasSchemas,
}: LedgerDatabase): Promise<{ schema: string | undefined; applied: string[] }> {
  const schema = hasSchemas ? await currentSchema(db) : undefined;
  const all = await db.introspection.getTables({ withInternalKyselyTables: true });
  const isThere = all.some((table) => table.name === tables.migrationTableName && table.schema === schema);
  if (!isThere) return { schema, applied: [] };
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(tables.migrationTableName)}`.execute(db);
  return { schema, applied: rows.map(({ name }) => name) };
}

async function currentSchema(db: Kysely<LedgerTables>): Promise<string | undefined> {
  const { rows } = await sql<{ schema: string | null }>`select current_schema() as schema`.execute(db);
  return rows[0]?.schema ?? undefined;
}

async function checkStamp(db: Kysely<LedgerTables>, purpose: LedgerPurpose): Promise<void> {
  await db
    .insertInto("ledger_stamp")
    .values({ name: "purpose", value: purpose })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  const { value } = await db
    .selectFrom("ledger_stamp")
    .select("value")
    .where("name", "=", "purpose")
    .executeTakeFirstOrThrow();
  if (value !== purpose) throw new Error(`The ledger of DATABASE_URL is a ${value} one: expected a ${purpose} one`);
}
