import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Charge } from "../../src/charge/charge.ts";
import type { Ledger } from "../../src/charge/ledger/ledger.ts";
import type { ChargeStore } from "../../src/charge/store/charge-store.ts";
import type { ClaimResult } from "../../src/charge/store/claims.ts";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import {
  aLedger,
  anAsker,
  aSpending,
  charged,
  openTestLedger,
  refused,
  type TestLedger,
  unknown,
} from "../support/ledger.ts";
import { type DatabaseKind, type FreshDatabase, ledgerDatabases } from "../support/ledger-databases.ts";

// PROPERTY_RUNS=200 is the full mode; PROPERTY_SEED replays the runs that a seed made, and at the gate they are always the same ones. Time is faked on SQLite, where a run
// takes milliseconds and is the same each time; PostgreSQL's connection needs real time.
const runsOn = ({ name }: DatabaseKind) => Number(process.env.PROPERTY_RUNS ?? (name === "SQLite" ? 100 : 10));
const seed = Number(process.env.PROPERTY_SEED ?? (process.env.CI ? 4711 : Math.floor(Math.random() * 2 ** 31)));

const abandonMs = 50;

type Word = PaidOutcome | "thrown";
const words: Word[] = [
  charged,
  { state: "CHARGED", status: 201, body: { id: "vr_the_same" } },
  refused,
  { state: "NOT_CHARGED", because: "not-found", status: 404 },
  { state: "NOT_CHARGED", because: "rejected", status: 422 },
  { state: "NOT_CHARGED", because: "unavailable", status: 403, oursToFix: true },
  { state: "NOT_CHARGED", because: "unavailable", status: 429, retryAfterSeconds: 2 },
  unknown,
  { state: "UNKNOWN", reason: "no answer" },
  "thrown",
];

const number = fc.nat({ max: 1_000 });
const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      does: fc.constant("ask" as const),
      caller: fc.constantFrom("alice", "bob"),
      operation: fc.constantFrom("REFRESH_COMPANY_REPORT" as const, "REVERIFY_VERIFICATION" as const),
      idempotencyKey: fc.constantFrom("k1", "k2"),
      fingerprint: fc.constantFrom("1:a", "1:a", "1:a", "1:b"),
      waitsMs: fc.constantFrom(-1, 10, 10_000, 10_000),
      process: fc.nat({ max: 1 }),
      readsFirst: fc.boolean(),
      // Of both processes at once, or together with what comes next, so that they meet in the middle of a claim.
      ofBoth: fc.boolean(),
      atOnce: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ does: fc.constant("answer" as const), which: number, word: fc.constantFrom(...words) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("wait" as const), ms: fc.constantFrom(1, 20, 60, 400) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("kill" as const), process: fc.nat({ max: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("pause" as const), process: fc.nat({ max: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("expire" as const), which: number }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("settle" as const),
      which: number,
      by: fc.constantFrom("OPERATOR" as const, "EVIDENCE" as const),
      state: fc.constantFrom("CHARGED" as const, "NOT_CHARGED" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("spoil" as const),
      process: fc.nat({ max: 1 }),
      call: fc.constantFrom("find" as const, "claim" as const, "recordAnswer" as const),
      done: fc.boolean(),
      times: fc.constantFrom(1, 1, 2, 7),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Taken> ? Taken : never;

afterEach(() => vi.useRealTimers());

describe.each(ledgerDatabases())("random clients, keys, faults, verdicts and kills, on $name", (kind) => {
  const numRuns = runsOn(kind);

  it(`never pay twice under one key (${numRuns} runs, PROPERTY_SEED=${seed})`, { timeout: 600_000 }, async () => {
    process.stderr.write(`random clients on ${kind.name}: ${numRuns} runs, PROPERTY_SEED=${seed}\n`);
    const database = await kind.create();
    const tally: Record<string, number> = {};

    await fc
      .assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: "max" }), async (steps) => {
          const world = await World.begin(kind, database);
          try {
            for (const one of steps) await world.take(one);
            await world.end();
          } finally {
            await world.close();
          }
          for (const told of world.told) tally[told] = (tally[told] ?? 0) + 1;
        }),
        { numRuns, seed, includeErrorInReport: true, endOnFailure: kind.name === "PostgreSQL" },
      )
      .finally(() => database.drop());

    // Runs in which nothing happens prove nothing.
    if (kind.name === "SQLite" && numRuns >= 100) expect(Object.keys(tally).toSorted()).toEqual(everyOutcome);
  });
});

/** One call that reached the provider. */
interface Sent {
  name: string;
  chargeId: string;
  fingerprint: string;
  process: Process;
  answer: (word: Word) => void;
  /** What the provider answered to a process that still lived. */
  word?: Word;
  /** Whether a NOT_CHARGED of it went on record. */
  recordedAsNotCharged: boolean;
}

/** A process: its ledger, and a database connection that ends with it. */
interface Process {
  ledger: Ledger;
  dead: boolean;
  /** Set while it stands still. */
  paused: PromiseWithResolvers<void> | null;
  spoils: { call: string; done: boolean }[];
}

const everyOutcome = [
  "LEDGER_UNAVAILABLE",
  "charged",
  "in-progress",
  "key-reused",
  "lost-race",
  "not-begun",
  "not-charged",
  "outcome-unknown",
  "replayed",
];

let worlds = 0;

/** Two processes on one ledger, and a provider that may charge for whatever it does not say that it has not. */
class World {
  readonly told: string[] = [];
  private readonly sent: Sent[] = [];
  private readonly problems: string[] = [];
  // Keys of one run mean nothing to the next, which may use the same database.
  private readonly prefix = `${++worlds}:`;
  private processes: [Process, Process];

  private constructor(
    private readonly test: TestLedger,
    private readonly passTime: (ms: number) => Promise<void>,
  ) {
    this.processes = [this.start(), this.start()];
  }

  static async begin(kind: DatabaseKind, database: FreshDatabase): Promise<World> {
    if (kind.name === "PostgreSQL") {
      // Its connection needs real time.
      return new World(
        await openTestLedger(database.url),
        (ms) => new Promise((later) => setTimeout(later, Math.min(ms, 80))),
      );
    }
    const test = await openTestLedger("file::memory:");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    return new World(test, async (ms) => void (await vi.advanceTimersByTimeAsync(ms)));
  }

  async take(one: Step): Promise<void> {
    switch (one.does) {
      case "ask":
        this.ask(one);
        if (one.ofBoth) this.ask({ ...one, process: 1 - one.process });
        break;
      case "answer":
        this.answer(one.which, one.word);
        break;
      case "wait":
        await this.passTime(one.ms);
        break;
      case "kill":
        this.kill(one.process as 0 | 1);
        break;
      case "pause":
        this.pauseOrGoOn(this.processes[one.process as 0 | 1]);
        break;
      case "expire": {
        const charge = await this.pick(one.which);
        if (charge) await this.test.expire(charge.id);
        break;
      }
      case "settle": {
        const charge = await this.pick(one.which);
        if (charge)
          await this.test.store.recordVerdict(charge.id, { by: one.by, state: one.state, settledBy: "somebody" });
        break;
      }
      case "spoil":
        for (let i = 0; i < one.times; i++)
          this.processes[one.process as 0 | 1].spoils.push({ call: one.call, done: one.done });
        break;
    }
    if (!("atOnce" in one && one.atOnce)) await this.passTime(1);
  }

  /** Lets everything come to its end, and looks at what is on record. */
  async end(): Promise<void> {
    for (const process of this.processes) {
      process.spoils.length = 0;
      process.paused?.resolve();
      process.paused = null;
    }
    await this.passTime(10);
    for (const sent of this.sent) if (!sent.word) this.answerOne(sent, charged);
    const drained = Promise.all(this.processes.map(({ ledger }) => ledger.drain(20_000)));
    await this.passTime(60_000);
    await drained;
    expect([...this.problems, ...(await this.faultsOnRecord())]).toEqual([]);
  }

  async close(): Promise<void> {
    vi.useRealTimers();
    for (const process of this.processes) process.dead = true;
    await this.test.close();
  }

  private start(): Process {
    const process: Process = { dead: false, paused: null, spoils: [], ledger: undefined as unknown as Ledger };
    process.ledger = aLedger(this.storeOf(process), this.test.log, {
      abandonMs,
      atStep: async () => this.passThrough(process),
    });
    return process;
  }

  // A dead process hears nothing any more, and a paused one not yet.
  private async passThrough(process: Process): Promise<void> {
    await process.paused?.promise;
    if (process.dead) await new Promise(() => {});
  }

  private storeOf(process: Process): ChargeStore {
    return new Proxy(this.test.store, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return async (...given: unknown[]) => {
          await this.passThrough(process);
          const index = process.spoils.findIndex(({ call }) => call === name);
          const [spoil] = index < 0 ? [] : process.spoils.splice(index, 1);
          if (spoil && !spoil.done) throw new Error("the database is away");
          const result = await Reflect.apply(value, target, given);
          if (name === "claim" && (result as ClaimResult).kind === "known") this.told.push("lost-race");
          if (name === "recordAnswer" && result) this.noteRecord(given as [string, number, { state: string }]);
          await this.passThrough(process);
          if (spoil) throw new Error("the connection broke");
          return result;
        };
      },
    });
  }

  private noteRecord([chargeId, , { state }]: [string, number, { state: string }]): void {
    if (state !== "NOT_CHARGED") return;
    for (const sent of this.sent) {
      if (sent.chargeId === chargeId && isNotCharged(sent.word)) sent.recordedAsNotCharged = true;
    }
  }

  private ask({
    does: _d,
    waitsMs,
    process: which,
    readsFirst,
    atOnce: __,
    ...named
  }: Extract<Step, { does: "ask" }>): void {
    const process = this.processes[which as 0 | 1];
    const name = { ...named, idempotencyKey: this.prefix + named.idempotencyKey };
    const spending = aSpending({
      ...name,
      provider: name.operation === "REVERIFY_VERIFICATION" ? "TRUEWORK" : "CREDAS",
      send: (chargeId) => this.send(chargeId, name, process),
      ...(readsFirst && { findRefusal: () => this.passThrough(process).then(() => null) }),
    });
    const key = JSON.stringify([name.caller, name.operation, name.idempotencyKey]);
    void process.ledger.spend(spending, anAsker(waitsMs)).then(
      (spent) => {
        this.told.push(spent.kind === "charged" && spent.replayed ? "replayed" : spent.kind);
        const said = this.sent
          .filter((sent) => sent.name === key)
          .map(({ word }) => (word === "thrown" ? "UNKNOWN" : word?.state));
        if (spent.kind === "charged" && !said.includes("CHARGED"))
          this.problems.push(`told charged, but nobody said so: ${key}`);
        // Without a status it was held up and not sent at all.
        if (spent.kind === "not-charged" && spent.outcome.status && !said.includes("NOT_CHARGED"))
          this.problems.push(`told not charged, but nobody said so: ${key}`);
        if ("charge" in spent && spent.charge.requestedBy !== name.caller)
          this.problems.push(`told another's charge: ${key}`);
      },
      (error: { code?: string; message?: string }) => {
        this.told.push(error.code ?? String(error.message));
      },
    );
  }

  /** The provider: here it shows whether a second charge gets through. */
  private async send(
    chargeId: string,
    name: { caller: string; operation: string; idempotencyKey: string; fingerprint: string },
    process: Process,
  ): Promise<PaidOutcome> {
    const key = JSON.stringify([name.caller, name.operation, name.idempotencyKey]);
    const { promise, resolve } = Promise.withResolvers<Word>();
    for (const former of this.sent) {
      if (former.name !== key) continue;
      if (!former.recordedAsNotCharged) this.problems.push(`sent again while the former may have been charged: ${key}`);
      if (former.fingerprint !== name.fingerprint) this.problems.push(`sent with another input: ${key}`);
    }
    const { fingerprint } = name;
    this.sent.push({ name: key, chargeId, fingerprint, process, answer: resolve, recordedAsNotCharged: false });
    const onRecord = await this.test.store.findById(chargeId);
    if (!onRecord) this.problems.push(`sent without a record: ${key}`);
    const word = await promise;
    await this.passThrough(process);
    if (word === "thrown") throw new Error("something went wrong on our side");
    return word;
  }

  private answer(which: number, word: Word): void {
    const open = this.sent.filter((sent) => !sent.word && !sent.process.dead);
    const sent = open[which % Math.max(open.length, 1)];
    if (sent) this.answerOne(sent, word);
  }

  private answerOne(sent: Sent, word: Word): void {
    if (sent.process.dead) return;
    sent.word = word;
    sent.answer(word);
  }

  private kill(which: 0 | 1): void {
    const process = this.processes[which];
    process.dead = true;
    process.paused?.resolve();
    this.processes[which] = this.start();
  }

  private pauseOrGoOn(process: Process): void {
    process.paused?.resolve();
    process.paused = process.paused ? null : Promise.withResolvers<void>();
  }

  private async pick(which: number): Promise<Charge | undefined> {
    const charges = await this.mine();
    return charges[which % Math.max(charges.length, 1)];
  }

  private async mine(): Promise<Charge[]> {
    const all = await this.test.store.list({}, 200);
    return all.filter(({ idempotencyKey }) => idempotencyKey.startsWith(this.prefix));
  }

  // An answer that comes after its call was given up on is recorded when nobody waits for it any more, and up to five
  // seconds later where the database was away.
  private async faultsOnRecord(): Promise<string[]> {
    for (let left = this.test.database.locksRows ? 250 : 0; left > 0; left--) {
      if ((await this.lookForFaults()).length === 0) break;
      await this.passTime(80);
    }
    return this.lookForFaults();
  }

  private async lookForFaults(): Promise<string[]> {
    const faults: string[] = [];
    const charges = await this.mine();
    const names = charges.map(({ requestedBy, operation, idempotencyKey }) =>
      JSON.stringify([requestedBy, operation, idempotencyKey]),
    );
    if (new Set(names).size !== names.length) faults.push("two charges under one name");

    // Whoever did not say that nothing was charged may have charged.
    const charging = this.sent.filter(({ word }) => !isNotCharged(word)).map(({ name }) => name);
    if (charging.length > new Set(charging).size) faults.push("more charges than names");

    for (const charge of charges) {
      const mine = this.sent.filter(({ chargeId }) => chargeId === charge.id);
      const heardCharged = mine.some(
        ({ word, process }) => typeof word === "object" && word.state === "CHARGED" && !process.dead,
      );
      if (charge.freed && mine.some(({ word }) => !isNotCharged(word)))
        faults.push(`freed, but it may have been charged: ${charge.id}`);
      if (heardCharged && charge.state !== "CHARGED")
        faults.push(`answered as charged, on record as ${charge.state}: ${charge.id}`);
      const attempts = await this.test.attemptsOf(charge.id);
      if (attempts[0]?.happened !== "CLAIMED") faults.push(`a record that begins otherwise: ${charge.id}`);
      const claims = attempts.filter(({ happened }) => happened === "CLAIMED").length;
      if (claims !== charge.attempt) faults.push(`${claims} claims for ${charge.attempt} attempts: ${charge.id}`);
    }
    return faults;
  }
}

function isNotCharged(word: Word | undefined): boolean {
  return typeof word === "object" && word.state === "NOT_CHARGED";
}
