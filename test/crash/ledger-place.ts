import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { until } from "../support/until.ts";

/** Where a tested service keeps its ledger, made for these tests and removed by them. */
export interface LedgerPlace {
  title: string;
  /** As DATABASE_URL has it. */
  url: string;
  /** What only a database that several processes share can do. */
  shared: SharedLedger | null;
  /** Ends the lease of every charge in progress. With SQLite, while no service has the file. */
  endLeases(): Promise<void>;
  remove(): Promise<void>;
}

export interface SharedLedger {
  /** Ends the leases that can be ended at once: a paused process may hold a row as long as it is paused. */
  endFreeLeases(): Promise<void>;
  /** Makes claims hang in the database until released. */
  holdClaims(): Promise<{ release(): Promise<void> }>;
  /** Waits until this many claims hang. */
  claimsHang(count: number): Promise<void>;
}

const endLeases = "update charge set lease_until = 0 where state = 'IN_PROGRESS'";
const endFreeLeases = `update charge set lease_until = 0
  where id in (select id from charge where state = 'IN_PROGRESS' for update skip locked)`;

/** A SQLite file in a folder of its own. */
export async function makeSqliteLedger(): Promise<LedgerPlace> {
  const folder = await mkdtemp(join(tmpdir(), "diligence-crash-"));
  const file = join(folder, "ledger.db");
  return {
    title: "SQLite, a file",
    url: `file:${file}`,
    shared: null,
    endLeases: async () => {
      const database = new DatabaseSync(file);
      database.exec(endLeases);
      database.close();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A database of its own on the server that `serverUrl` reaches. */
export async function makePostgresLedger(serverUrl: string): Promise<LedgerPlace> {
  const name = `diligence_crash_${randomBytes(6).toString("hex")}`;
  const server = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 3_000 });
  await server.connect();
  const { rows } = await server.query(
    "select split_part(current_setting('server_version'), ' ', 1) as version, current_setting('fsync') as fsync",
  );
  await server.query(`create database ${name}`);

  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const own = new pg.Client({ connectionString: url.href, statement_timeout: 10_000 });
  await own.connect();
  return {
    title: `PostgreSQL ${rows[0]?.version}${rows[0]?.fsync === "off" ? ", fsync off" : ""}`,
    url: url.href,
    shared: {
      endFreeLeases: async () => void (await own.query(endFreeLeases)),
      holdClaims: () => holdClaims(url.href),
      claimsHang: (count) => claimsHang(own, count),
    },
    endLeases: async () => void (await own.query(endLeases)),
    remove: async () => {
      await own.end();
      await server.query(`drop database if exists ${name} with (force)`);
      await server.end();
    },
  };
}

// A claim counts itself against the caller's day first: with that table locked it hangs, and asking the ledger does not.
async function holdClaims(url: string): Promise<{ release(): Promise<void> }> {
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  await holder.query("begin; lock table daily_claims in exclusive mode");
  return {
    release: async () => {
      await holder.query("rollback");
      await holder.end();
    },
  };
}

async function claimsHang(client: pg.Client, count: number): Promise<void> {
  const hanging = `select count(*)::integer as hanging from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await until(async () => {
    const { rows } = await client.query(hanging);
    return rows[0]?.hanging >= count;
  }, `${count} claims hang`);
}
