import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import { startLedgerGraph } from "../support/graph-on-ledger.ts";
import {
  aKey,
  aLedger,
  anAsker,
  aSpending,
  charged,
  chargeOf,
  HeldProvider,
  ledgerOn,
  openTestLedger,
  refused,
  type TestLedger,
} from "../support/ledger.ts";
import { describeOnEachDatabase, ledgerDatabases, onServer, postgresServer } from "../support/ledger-databases.ts";
import { documentOf, paidMutations, pay } from "../support/paid-mutations.ts";
import { away, held, spoiledStore, unacknowledged } from "../support/spoiled-store.ts";
import { until } from "../support/until.ts";

const [refresh] = paidMutations;
const ledgerUnavailable = { code: "LEDGER_UNAVAILABLE" };

describeOnEachDatabase("a database that goes away", (kind) => {
  const spoiled = (test: TestLedger) => {
    const { store, next } = spoiledStore(test.store);
    return { ledger: aLedger(store, test.log), next };
  };

  it("before the key is looked up sends nothing, and the key is free", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const provider = countingProvider();
    const spending = aSpending({ send: provider.send });

    next("find", away);
    await expect(ledger.spend(spending, anAsker())).rejects.toMatchObject(ledgerUnavailable);

    expect([provider.sent(), await test.countRows()]).toEqual([0, 0]);
    expect(await ledger.spend(spending, anAsker())).toMatchObject({ kind: "charged", replayed: false });
    await close();
  });

  it("before the claim sends nothing, and the key is free", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const provider = countingProvider();
    const spending = aSpending({ send: provider.send });

    next("claim", away);
    await expect(ledger.spend(spending, anAsker())).rejects.toMatchObject(ledgerUnavailable);

    expect([provider.sent(), await test.countRows()]).toEqual([0, 0]);
    expect(await ledger.spend(spending, anAsker())).toMatchObject({ kind: "charged", replayed: false });
    await close();
  });

  it("before the claim tells all who share the flight, and sends nothing", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const provider = countingProvider();
    const spending = aSpending({ send: provider.send });

    next("claim", away);
    const both = await Promise.allSettled([ledger.spend(spending, anAsker()), ledger.spend(spending, anAsker())]);

    expect(both).toMatchObject([
      { status: "rejected", reason: ledgerUnavailable },
      { status: "rejected", reason: ledgerUnavailable },
    ]);
    expect(provider.sent()).toBe(0);
    await close();
  });

  it("at the claim's commit, with the row there, sends nothing, and frees the key once it is back", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const provider = countingProvider();
    const spending = aSpending({ send: provider.send });

    const { spoiling, letGo } = held();
    next("claim", unacknowledged);
    next("recordAnswer", spoiling);
    await expect(ledger.spend(spending, anAsker())).rejects.toMatchObject(ledgerUnavailable);
    const meanwhile = await ledger.spend(spending, anAsker());
    letGo();
    await until(async () => (await test.store.find(spending))?.freed === true);
    const later = await ledger.spend(spending, anAsker());

    expect(meanwhile).toMatchObject({ kind: "in-progress" });
    expect(later).toMatchObject({ kind: "charged", replayed: false, charge: { attempt: 2 } });
    expect(provider.sent()).toBe(1);
    expect((await test.attemptsOf(chargeOf(later).id)).map(({ happened, state }) => `${happened} ${state}`)).toEqual([
      "CLAIMED IN_PROGRESS",
      "ANSWER NOT_CHARGED",
      "CLAIMED IN_PROGRESS",
      "ANSWER CHARGED",
    ]);
    await close();
  });

  it("at the commit of a freed key's second claim sends nothing, and leaves it to the lease", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const provider = countingProvider(refused);
    const spending = aSpending({ send: provider.send });
    const { id } = chargeOf(await ledger.spend(spending, anAsker()));

    next("claim", unacknowledged);
    await expect(ledger.spend(spending, anAsker())).rejects.toMatchObject(ledgerUnavailable);
    await test.expire(id);

    expect(await ledger.spend(spending, anAsker())).toMatchObject({ kind: "outcome-unknown", charge: { id } });
    expect(provider.sent()).toBe(1);
    await close();
  });

  it("at the claim's commit and for long after sends nothing: the lease makes it UNKNOWN", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const provider = countingProvider();
    const spending = aSpending({ send: provider.send });

    next("claim", unacknowledged);
    for (let i = 0; i < 10; i++) next("recordAnswer", away);
    await expect(ledger.spend(spending, anAsker())).rejects.toMatchObject(ledgerUnavailable);
    const row = await test.store.find(spending);
    await test.expire(row?.id ?? "");

    expect(await ledger.spend(spending, anAsker())).toMatchObject({ kind: "outcome-unknown" });
    expect(provider.sent()).toBe(0);
    await close();
  });

  it("between answer and record tells the true outcome, answers from memory meanwhile, and records it in the end", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const provider = countingProvider({ state: "CHARGED", status: 201, body: { id: "vr_new" } });
    const spending = aSpending({ operation: "REVERIFY_VERIFICATION", provider: "TRUEWORK", send: provider.send });

    const { spoiling, letGo } = held();
    next("recordAnswer", away);
    next("recordAnswer", spoiling);
    const first = await ledger.spend(spending, { ...anAsker(), log: test.log });
    const meanwhile = await ledger.spend(spending, anAsker());
    const onRecord = await test.store.find(spending);
    letGo();
    await until(() => test.logged().includes("ledger: the answer is on record now"));
    const later = await test.restarted().spend(spending, anAsker());

    expect(first).toMatchObject({ kind: "charged", replayed: false, charge: { state: "CHARGED", resultId: "vr_new" } });
    expect(meanwhile).toMatchObject({ kind: "charged", replayed: true, charge: { state: "CHARGED" } });
    expect(onRecord).toMatchObject({ state: "IN_PROGRESS" });
    expect(later).toMatchObject({ kind: "charged", replayed: true, charge: { state: "CHARGED", resultId: "vr_new" } });
    expect(provider.sent()).toBe(1);
    const messages = test
      .logged()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(messages).toMatchObject([
      { msg: "charge: answered", chargeId: chargeOf(first).id, attempt: 1, state: "CHARGED", resultId: "vr_new" },
      { msg: "ledger: an answer could not be recorded, trying again", level: 50 },
      { msg: "ledger: the answer is on record now" },
    ]);
    await close();
  });

  it("between answer and record keeps a key that was not charged from being sent again until that is on record", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const provider = countingProvider(refused);
    const spending = aSpending({ send: provider.send });

    const { spoiling, letGo } = held();
    next("recordAnswer", away);
    next("recordAnswer", spoiling);
    const [first, second] = [await ledger.spend(spending, anAsker()), await ledger.spend(spending, anAsker())];
    const sentMeanwhile = provider.sent();
    letGo();
    await until(async () => (await test.store.find(spending))?.freed === true);
    await until(async () => (await ledger.spend(spending, anAsker())) !== second && provider.sent() === 2);

    expect([first, second]).toMatchObject([{ kind: "not-charged" }, { kind: "not-charged" }]);
    expect(sentMeanwhile).toBe(1);
    await close();
  });

  it("at the record's commit, with the answer there, records it once", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const spending = aSpending({ send: countingProvider().send });

    next("recordAnswer", unacknowledged);
    const first = await ledger.spend(spending, { ...anAsker(), log: test.log });
    await until(() => test.logged().includes("ledger: the answer is on record now"));

    expect(first).toMatchObject({ kind: "charged", replayed: false });
    expect((await test.attemptsOf(chargeOf(first).id)).map(({ happened }) => happened)).toEqual(["CLAIMED", "ANSWER"]);
    await close();
  });

  it("between answer and record holds up the end of the process until it is on record", async () => {
    const { test, close } = await ledgerOn(kind);
    const { ledger, next } = spoiled(test);
    const spending = aSpending({ send: countingProvider().send });

    next("recordAnswer", away);
    next("recordAnswer", away);
    await ledger.spend(spending, anAsker());
    await ledger.drain(10_000);

    expect(await test.store.find(spending)).toMatchObject({ state: "CHARGED" });
    await close();
  });

  it("while it drains begins nothing new, and answers what is known", async () => {
    const { test, close } = await ledgerOn(kind);
    const provider = new HeldProvider();
    const spending = aSpending({ send: provider.send });
    const first = test.ledger.spend(spending, anAsker());
    await provider.called();

    const drained = test.ledger.drain(10_000);
    const second = test.ledger.spend(spending, anAsker());
    const other = await test.ledger.spend(aSpending({ send: provider.send }), anAsker());
    provider.answer(charged);
    await drained;

    expect(other).toEqual({ kind: "not-begun" });
    expect([await first, await second]).toMatchObject([{ replayed: false }, { replayed: true }]);
    expect(provider.sent).toHaveLength(1);
    await close();
  });
});

describe.runIf(postgresServer)("PostgreSQL", () => {
  const kind = ledgerDatabases().find(({ name }) => name === "PostgreSQL")!;

  it("that warns at the claim's commit has not claimed: nothing is sent, and the key is freed", async () => {
    const { test, url, close } = await ledgerOn(kind);
    await onServer(url, atCommitOfAClaim("raise warning 'the standby did not answer'"));
    const { store, next } = spoiledStore(test.store);
    const provider = countingProvider();
    const spending = aSpending({ send: provider.send });
    const { spoiling, letGo } = held();

    next("recordAnswer", spoiling);
    await expect(aLedger(store, test.log).spend(spending, anAsker())).rejects.toMatchObject(ledgerUnavailable);
    const row = await test.store.find(spending);
    await onServer(url, "drop trigger at_commit on charge");
    letGo();
    await until(async () => (await test.store.find(spending))?.freed === true);
    const later = await test.ledger.spend(spending, anAsker());

    expect(row).toMatchObject({ state: "IN_PROGRESS" });
    expect(later).toMatchObject({ kind: "charged", replayed: false });
    expect(provider.sent()).toBe(1);
    await close();
  });

  it("that only gives notice at the claim's commit has claimed", async () => {
    const { test, url, close } = await ledgerOn(kind);
    await onServer(url, atCommitOfAClaim("raise notice 'all is well'"));

    expect(await test.ledger.spend(aSpending(), anAsker())).toMatchObject({ kind: "charged", replayed: false });
    await close();
  });

  it("that fails at the claim's commit has not claimed, and there is no row", async () => {
    const { test, url, close } = await ledgerOn(kind);
    await onServer(url, atCommitOfAClaim("raise exception 'no'"));
    const provider = countingProvider();

    const spending = aSpending({ send: provider.send });
    await expect(test.ledger.spend(spending, anAsker())).rejects.toMatchObject(ledgerUnavailable);

    expect([provider.sent(), await test.countRows()]).toEqual([0, 0]);
    await close();
  });

  it("that answers COMMIT with ROLLBACK has not committed", async () => {
    const { test, close } = await ledgerOn(kind);

    const committed = test.database.db.transaction().execute(async (tx) => {
      await sql`insert into daily_claims values ('alice', '2026-01-01', 1)`.execute(tx);
      await sql`select 1 / 0`.execute(tx).catch(() => undefined);
    });

    await expect(committed).rejects.toThrow(/got ROLLBACK/);
    await close();
  });

  it.each(["", "?options=-c%20search_path%3Dpublic"])(
    "commits synchronously, whatever the database's default and DATABASE_URL's own options are: %o",
    async (options) => {
      const database = await kind.create();
      await onServer(
        database.url,
        `alter database ${new URL(database.url).pathname.slice(1)} set synchronous_commit = off`,
      );
      const test = await openTestLedger(`${database.url}${options}`);

      const { rows } = await sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(test.database.db);

      expect(rows).toEqual([{ synchronous_commit: "on" }]);
      await test.close();
      await database.drop();
    },
  );

  it("that cuts a connection in the middle of a transaction fails that transaction, and nothing else", async () => {
    const { test, url, close } = await ledgerOn(kind);

    const cut = test.database.db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await onServer(url, `select pg_terminate_backend(${rows[0]?.pid})`);
      await onServer(url, "select pg_sleep(0.1)"); // the news of it comes as an event, between two statements
      await sql`select 1`.execute(tx);
    });

    await expect(cut).rejects.toThrow();
    expect(await test.ledger.spend(aSpending(), anAsker())).toMatchObject({ kind: "charged", replayed: false });
    await close();
  });

  it("whose connections are cut is reached again by the next request", async () => {
    const database = await kind.create();
    const graph = await startLedgerGraph(database.url);
    await pay(graph, refresh, { ...refresh.input, idempotencyKey: aKey() });

    const cut = await onServer(
      database.url,
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'diligence'",
    );
    // The pool may hold several, and hears of each one's end by itself.
    await until(() => graph.logged().split("ledger: a connection to the database broke").length - 1 === cut);

    expect(await pay(graph, refresh, { ...refresh.input, idempotencyKey: aKey() })).toMatchObject({ replayed: false });
    await graph.close();
    await database.drop();
  });

  it("that is gone makes every paid mutation LEDGER_UNAVAILABLE with HTTP 200, and nothing is charged", async () => {
    const database = await kind.create();
    const graph = await startLedgerGraph(database.url);
    await database.drop();

    for (const mutation of paidMutations) {
      const response = await graph.server.inject({
        method: "POST",
        url: "/graphql",
        payload: {
          query: documentOf(mutation),
          variables: { input: { ...mutation.input, idempotencyKey: aKey() } },
        },
      });
      expect([response.statusCode, response.json()]).toMatchObject([
        200,
        { data: { paid: null }, errors: [{ path: ["paid"], extensions: { code: "LEDGER_UNAVAILABLE" } }] },
      ]);
      expect(response.body).not.toContain("diligence_test");
    }
    expect(graph.paidCalls()).toBe(0);
    const { errors } = await graph.ask('{ providerCharges { edges { cursor } } providerCharge(id: "x") { id } }');
    expect(errors).toMatchObject([{ extensions: ledgerUnavailable }, { extensions: ledgerUnavailable }]);
    expect((await graph.ask('{ company(id: "6510") { id } }')).data).toEqual({ company: { id: "6510" } });
    await graph.close();
  });
});

describe.runIf(postgresServer)("PostgreSQL that goes away between sending and answering", () => {
  const kind = ledgerDatabases().find(({ name }) => name === "PostgreSQL")!;

  it("is told to the fields that need it, and none of them denies the charge", async () => {
    const database = await kind.create();
    const graph = await startLedgerGraph(database.url);
    graph.sandbox.credas.behave({ hold: true, on: "paid" });
    const field = (key: string) => `refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "${key}" }) {
      ... on RefreshCompanyReportSuccess { charge { state } company { id creditReports { edges { cursor } } } }
    }`;

    const asked = graph.ask(`mutation { first: ${field(aKey())} second: ${field(aKey())} }`);
    await until(() => graph.paidCalls() === 1);
    const name = new URL(database.url).pathname.slice(1);
    await onServer(postgresServer!, `alter database ${name} allow_connections false`);
    await onServer(postgresServer!, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    graph.sandbox.credas.behave(null);
    const { data, errors = [] } = await asked;
    await onServer(postgresServer!, `alter database ${name} allow_connections true`);

    expect(data?.first.charge).toEqual({ state: "CHARGED" });
    expect(errors).toMatchObject([
      { path: ["first", "company", "creditReports"], message: "The ledger is not available at the moment." },
      { path: ["second"], message: "The ledger is not available at the moment. Nothing was charged by this field." },
    ]);
    expect(graph.charges()).toHaveLength(1);
    await graph.close();
    await database.drop();
  });
});

describe("a SQLite ledger", () => {
  it("on a full disk is LEDGER_UNAVAILABLE, nothing is sent, and it goes on once there is room", async () => {
    const [kind] = ledgerDatabases();
    const { test, close } = await ledgerOn(kind!);
    const provider = countingProvider();
    const big = { fingerprint: `1:${"x".repeat(10_000)}`, send: provider.send };
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(test.database.db);

    await sql`pragma max_page_count = ${sql.lit(rows[0]?.page_count)}`.execute(test.database.db);
    const spending = aSpending(big);
    await expect(test.ledger.spend(spending, anAsker())).rejects.toMatchObject(ledgerUnavailable);
    const sentMeanwhile = provider.sent();
    await sql`pragma max_page_count = 100000`.execute(test.database.db);

    expect([sentMeanwhile, await test.countRows()]).toEqual([0, 0]);
    expect(await test.ledger.spend(spending, anAsker())).toMatchObject({ kind: "charged", replayed: false });
    await close();
  });

  it("is written ahead and to the disk before a claim counts", async () => {
    const [kind] = ledgerDatabases();
    const { test, close } = await ledgerOn(kind!);
    const ask = async (pragma: string) =>
      Object.values((await sql.raw(`pragma ${pragma}`).execute(test.database.db)).rows[0] ?? {});

    expect([await ask("journal_mode"), await ask("synchronous"), await ask("locking_mode")]).toEqual([
      ["wal"],
      [2],
      ["exclusive"],
    ]);
    await close();
  });
});

function countingProvider(outcome: PaidOutcome = charged) {
  let sent = 0;
  const send = async () => {
    sent += 1;
    return outcome;
  };
  return { send, sent: () => sent };
}

function atCommitOfAClaim(what: string): string {
  return `
    create function at_commit() returns trigger language plpgsql as $$ begin ${what}; return null; end $$;
    create constraint trigger at_commit after insert on charge deferrable initially deferred
      for each row execute function at_commit();
  `;
}
