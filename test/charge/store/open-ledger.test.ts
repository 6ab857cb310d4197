import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrations } from "../../../src/charge/store/migrations.ts";
import { type LedgerPurpose, openLedger } from "../../../src/charge/store/open-ledger.ts";
import { startGraph } from "../../support/graph.ts";
import { anAsker, aSpending, openTestLedger } from "../../support/ledger.ts";
import { describeOnEachDatabase, ledgerDatabases, onServer, postgresServer } from "../../support/ledger-databases.ts";

const log = pino({ level: "silent" });
const open = (url: string, purpose: LedgerPurpose = "sandbox") => openLedger(url, purpose, log);
const openAndClose = async (url: string, purpose?: LedgerPurpose) => (await open(url, purpose)).db.destroy();

describeOnEachDatabase("opening a ledger", (kind) => {
  it("again changes nothing: what was on record is on record", async () => {
    const database = await kind.create();
    const spending = aSpending();
    const first = await openTestLedger(database.url);
    await first.ledger.spend(spending, anAsker());
    const before = await first.store.find(spending);
    await first.close();

    await openAndClose(database.url);
    const second = await openTestLedger(database.url);
    const after = await second.store.find(spending);
    const { rows } = await sql<{ name: string }>`select name from diligence_migration`.execute(second.database.db);
    await second.close();
    await database.drop();

    expect(after).toEqual(before);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(migrations));
  });

  it.each([
    ["sandbox", "live"],
    ["live", "sandbox"],
  ] as const)("that is a %s one is refused as a %s one", async (stamped, wanted) => {
    const database = await kind.create();
    await openAndClose(database.url, stamped);

    await expect(open(database.url, wanted)).rejects.toThrow(
      `The ledger of DATABASE_URL is a ${stamped} one: expected a ${wanted} one`,
    );

    await openAndClose(database.url, stamped);
    await database.drop();
  });

  it("of a newer schema is refused, and left as it is", async () => {
    const database = await kind.create();
    const { db } = await open(database.url);
    await sql`insert into diligence_migration (name, timestamp) values ('9999-of-tomorrow', '2030-01-01')`.execute(db);
    await db.destroy();

    await expect(open(database.url)).rejects.toThrow(/newer schema \(9999-of-tomorrow\)/);
    await database.drop();
  });

  it("keeps a provider's id for one charge, but a company's for any", async () => {
    const database = await kind.create();
    const test = await openTestLedger(database.url);
    const buy = (operation: "REFRESH_COMPANY_REPORT" | "REVERIFY_VERIFICATION", provider: "CREDAS" | "TRUEWORK") =>
      test.ledger.spend(aSpending({ operation, provider, readPurchase: () => ({ resultId: "the-same" }) }), anAsker());

    const ids = [];
    for (const [operation, provider] of [
      ["REFRESH_COMPANY_REPORT", "CREDAS"],
      ["REFRESH_COMPANY_REPORT", "CREDAS"],
      ["REVERIFY_VERIFICATION", "TRUEWORK"],
      ["REVERIFY_VERIFICATION", "TRUEWORK"],
    ] as const) {
      const spent = await buy(operation, provider);
      ids.push(spent.kind === "charged" && spent.charge.resultId);
    }
    await test.close();
    await database.drop();

    expect(ids).toEqual(["the-same", "the-same", "the-same", null]);
  });
});

describe("opening a SQLite ledger", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "diligence-open-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const refusal = (file: string, reason: RegExp) => async () => {
    const opened = open(`file:${file}`);
    await expect(opened).rejects.toThrow(`The ledger file of DATABASE_URL (${file}) can't be used: `);
    await expect(opened).rejects.toThrow(reason);
  };

  it("makes its folder", async () => {
    await openAndClose(`file:${join(folder, "a", "b", "ledger.db")}`);
  });

  it("that another one holds is refused", async () => {
    const file = join(folder, "locked.db");
    const { db } = await open(`file:${file}`);

    await refusal(file, /another process has it open/)();

    await db.destroy();
    await openAndClose(`file:${file}`);
  });

  it("that another program is writing is refused", async () => {
    const file = join(folder, "written.db");
    await openAndClose(`file:${file}`);
    const other = new DatabaseSync(file);
    other.exec("begin immediate");

    await refusal(file, /another process has it open/)();

    other.close();
  });

  it("that is no database is refused, and left as it is", async () => {
    const file = join(folder, "letter.db");
    writeFileSync(file, "Dear Sir or Madam, ".repeat(100));

    await refusal(file, /no SQLite database/)();

    expect(readFileSync(file, "utf8")).toBe("Dear Sir or Madam, ".repeat(100));
  });

  it("that is damaged is refused", async () => {
    const file = join(folder, "damaged.db");
    const test = await openTestLedger(`file:${file}`);
    for (let i = 0; i < 50; i++) await test.ledger.spend(aSpending(), anAsker());
    await test.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096 * 2, 4096 * 6);
    writeFileSync(file, bytes);

    await refusal(file, /damaged/)();
  });

  it("that breaks off is refused", async () => {
    const [whole, file] = [join(folder, "whole.db"), join(folder, "broken-off.db")];
    const test = await openTestLedger(`file:${whole}`);
    for (let i = 0; i < 50; i++) await test.ledger.spend(aSpending(), anAsker());
    await test.close();
    copyFileSync(whole, file);
    writeFileSync(file, readFileSync(file).subarray(0, 4096 * 5 + 100));

    await refusal(file, /damaged/)();
  });

  it("that is a folder is refused", async () => {
    const file = join(folder, "a-folder.db");
    mkdirSync(file);

    await refusal(file, /may this process write there/)();
  });

  it("below something that is no folder is refused", async () => {
    writeFileSync(join(folder, "a-file"), "");

    await refusal(join(folder, "a-file", "ledger.db"), /may this process write there/)();
  });

  it("that can't be written is refused", async () => {
    const shared = join(folder, "shared");
    mkdirSync(shared);
    const file = join(shared, "read-only.db");
    await openAndClose(`file:${file}`);
    chmodSync(file, 0o444);
    for (const one of [folder, shared]) chmodSync(one, 0o777);

    const opened = asNobody(() => open(`file:${file}`));

    await expect(opened).rejects.toThrow(/may this process write there/);
  });

  it("beside which nothing can be written is refused", async () => {
    const closed = join(folder, "closed-later");
    mkdirSync(closed);
    const file = join(closed, "ledger.db");
    await openAndClose(`file:${file}`);
    chmodSync(file, 0o666);
    for (const one of [folder, closed]) chmodSync(one, 0o755);

    const opened = asNobody(() => open(`file:${file}`));

    await expect(opened).rejects.toThrow(/it can.t be (read or )?written/);
  });

  it("in a folder that can't be written is refused", async () => {
    const closed = join(folder, "closed");
    mkdirSync(closed, { mode: 0o555 });
    chmodSync(folder, 0o755);

    const opened = asNobody(() => open(`file:${join(closed, "ledger.db")}`));

    await expect(opened).rejects.toThrow(/may this process write there/);
  });

  it("is refused by the whole service, which leaves nothing open behind", async () => {
    const file = join(folder, "letter-to-the-service.db");
    writeFileSync(file, "Dear Sir or Madam, ".repeat(100));

    await expect(startGraph({ environment: { DATABASE_URL: `file:${file}` } })).rejects.toThrow(/no SQLite database/);
  });

  it("in memory begins with nothing each time", async () => {
    const first = await openTestLedger("file::memory:");
    await first.ledger.spend(aSpending(), anAsker());
    const second = await openTestLedger("file::memory:");

    expect([await first.countRows(), await second.countRows()]).toEqual([1, 0]);
    await first.close();
    await second.close();
  });
});

describe.runIf(postgresServer)("opening a PostgreSQL ledger", () => {
  const kind = ledgerDatabases().find(({ name }) => name === "PostgreSQL")!;

  it("by ten instances at once migrates it once, and all of them can be used", async () => {
    const database = await kind.create();

    const tests = await Promise.all(Array.from({ length: 10 }, () => openTestLedger(database.url)));
    const spent = await Promise.all(tests.map((test) => test.ledger.spend(aSpending(), anAsker())));
    const rows = await tests[0]?.countRows();
    await Promise.all(tests.map((test) => test.close()));
    await database.drop();

    expect(spent.map((one) => one.kind)).toEqual(Array(10).fill("charged"));
    expect(rows).toBe(10);
  });

  it.each(["kysely_migration", "diligence_migration"])(
    "beside another program that keeps a %s in a schema of its own, or in ours, is its own ledger",
    async (table) => {
      const database = await kind.create();
      await onServer(
        database.url,
        `create schema another;
         create table another.${table} (name text, timestamp text);
         create table another.${table}_lock (id text, is_locked integer);
         insert into another.${table} values ('0001-of-theirs', '2030-01-01');
         create table public.kysely_migration (name text);
         insert into public.kysely_migration values ('0001-of-theirs')`,
      );

      const first = await openTestLedger(database.url);
      const spent = await first.ledger.spend(aSpending(), anAsker());
      await first.close();
      const second = await openTestLedger(database.url);
      const rows = await second.countRows();
      await second.close();
      await database.drop();

      expect([spent.kind, rows]).toEqual(["charged", 1]);
    },
  );

  it("is migrated without a bound on statements, and used with one", async () => {
    const database = await kind.create();
    await onServer(
      database.url,
      `create table seen (bound text);
       create function note_bound() returns event_trigger language plpgsql as
         $$ begin insert into seen values (current_setting('statement_timeout')); end $$;
       create event trigger note on ddl_command_end when tag in ('CREATE TABLE') execute function note_bound();`,
    );

    const { db } = await open(database.url);
    const { rows: migrating } = await sql<{ bound: string }>`select distinct bound from seen`.execute(db);
    const { rows: using } = await sql<{ statement_timeout: string }>`show statement_timeout`.execute(db);
    await db.destroy();
    await database.drop();

    expect([migrating, using]).toEqual([[{ bound: "0" }], [{ statement_timeout: "10s" }]]);
  });

  it("by instances of both purposes at once lets one purpose in", async () => {
    const database = await kind.create();

    const purposes: LedgerPurpose[] = ["sandbox", "live", "sandbox", "live"];
    const opened = await Promise.allSettled(purposes.map((purpose) => open(database.url, purpose)));
    const let_in = purposes.filter((_, i) => opened[i]?.status === "fulfilled");
    for (const one of opened) if (one.status === "fulfilled") await one.value.db.destroy();
    await database.drop();

    expect(let_in).toHaveLength(2);
    expect(new Set(let_in).size).toBe(1);
  });

  it.each([
    ["nobody listens", () => "postgres://postgres@127.0.0.1:1/postgres"],
    ["there is no such database", () => withName("diligence_that_there_is_not")],
    ["there is no such user", () => postgresServer?.replace("postgres@", "nobody_at_all@") ?? ""],
  ])("where %s is refused with one clear line without the address", async (_, url) => {
    const opened = open(url());

    await expect(opened).rejects.toThrow("The ledger's database of DATABASE_URL can't be reached, or refuses us");
  });
});

function withName(name: string): string {
  const url = new URL(postgresServer ?? "");
  url.pathname = `/${name}`;
  return url.href;
}

/** Does something without the rights of root, to whom every file is open. */
function asNobody<Result>(work: () => Result): Result {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
