import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { type Dialect, SqliteDialect } from "kysely";
import { LRUCache } from "lru-cache";

/**
 * Opens the ledger's file for this process alone, or `:memory:`.
 *
 * @throws an Error that says in our words why it can't be used: not writable, locked by another process, not a database.
 */
export function openSqlite(file: string): Dialect {
  const database = describing(file, () => {
    if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
    const opened = new DatabaseSync(file);
    // Two processes that both believe they own one ledger would each claim: the lock lasts as long as the process does.
    opened.exec("pragma locking_mode = exclusive; pragma busy_timeout = 1000");
    // A claim that survives the process but not a power cut is no claim.
    opened.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
    opened.exec("begin exclusive; commit");
    checkIntact(opened);
    return opened;
  });
  const statements = new LRUCache<string, ReturnType<typeof prepare>>({
    max: rememberedStatements,
    memoMethod: (sql) => prepare(database, sql),
  });
  return new SqliteDialect({ database: { prepare: (sql) => statements.memo(sql), close: () => database.close() } });
}

// The ledger says the same few things over and over again, and preparing them took a sixth of a purchase.
const rememberedStatements = 200;

function checkIntact(database: DatabaseSync): void {
  const [found] = database.prepare("pragma quick_check(1)").all();
  if (found?.quick_check !== "ok") throw Object.assign(new Error("quick_check failed"), { errcode: 11 });
}

// What Kysely expects of a statement, and what Node's own SQLite calls it.
function prepare(database: DatabaseSync, sql: string) {
  const statement = database.prepare(sql);
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => statement.all(...values(parameters)),
    run: (parameters: readonly unknown[]) => statement.run(...values(parameters)),
    // One of its own: it stays open while others run.
    iterate: (parameters: readonly unknown[]) => database.prepare(sql).iterate(...values(parameters)),
  };
}

// Primary result codes: https://www.sqlite.org/rescode.html
const reasons: Record<number, string> = {
  5: "another process has it open: one ledger has one process",
  8: "it can't be written",
  // What a file that may only be read comes to in exclusive mode, too.
  10: "it can't be read or written: may this process write there, and is the disk sound?",
  11: "it is damaged: restore a backup",
  13: "the disk is full",
  14: "it can't be opened: does its folder exist, and may this process write there?",
  26: "it is no SQLite database",
};

function describing<Opened>(file: string, open: () => Opened): Opened {
  try {
    return open();
  } catch (cause) {
    const code = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : undefined;
    const reason = (code !== undefined && reasons[code]) || "it can't be opened: may this process write there?";
    throw new Error(`The ledger file of DATABASE_URL (${file}) can't be used: ${reason}`, { cause });
  }
}
