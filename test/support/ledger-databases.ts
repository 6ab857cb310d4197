import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { describe } from "vitest";

/** A place for a ledger that nobody has used yet. */
export interface FreshDatabase {
  /** As DATABASE_URL says it. It outlives the ledgers opened on it, one after the other. */
  url: string;
  drop(): Promise<void>;
}

export interface DatabaseKind {
  name: "SQLite" | "PostgreSQL";
  create(): Promise<FreshDatabase>;
}

/** A PostgreSQL server on which databases may be made and dropped; none where it is not set. */
export const postgresServer = process.env.TEST_DATABASE_URL;

/** Runs the same tests on SQLite, and on PostgreSQL too where TEST_DATABASE_URL names a server. */
export function describeOnEachDatabase(title: string, tests: (kind: DatabaseKind) => void): void {
  for (const kind of ledgerDatabases()) describe(`${title}, on ${kind.name}`, () => tests(kind));
}

export function ledgerDatabases(): DatabaseKind[] {
  return postgresServer ? [sqlite, postgresOn(postgresServer)] : [sqlite];
}

const sqlite: DatabaseKind = {
  name: "SQLite",
  create: async () => {
    const folder = mkdtempSync(join(tmpdir(), "diligence-ledger-"));
    return { url: `file:${join(folder, "ledger.db")}`, drop: async () => rmSync(folder, { recursive: true }) };
  },
};

function postgresOn(server: string): DatabaseKind {
  return {
    name: "PostgreSQL",
    create: async () => {
      const name = `diligence_test_${randomUUID().replaceAll("-", "")}`;
      await onServer(server, `create database ${name}`);
      const url = new URL(server);
      url.pathname = `/${name}`;
      const drop = async () => {
        await onServer(server, `drop database if exists ${name} with (force)`);
      };
      return { url: url.href, drop };
    },
  };
}

/** Runs a statement on PostgreSQL on a connection of its own, beside whatever a ledger does there; gives its count of rows. */
export async function onServer(url: string, statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(statement);
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}
