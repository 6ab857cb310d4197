import { describe, expect, it } from "vitest";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import { startLedgerGraph } from "../support/graph-on-ledger.ts";
import {
  aKey,
  anAsker,
  aSpending,
  charged,
  chargeOf,
  HeldProvider,
  ledgerOn,
  openTestLedger,
  refused,
  stoppingAt,
  type TestLedger,
} from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";

const notCharged = { by: "ANSWER", state: "NOT_CHARGED", reason: "rejected" } as const;
const wasCharged = { by: "ANSWER", state: "CHARGED", status: 200, resultId: "6510" } as const;

describeOnEachDatabase("a process that ends", (kind) => {
  it.each([
    ["after the claim and before the send", "claimed", 0, "outcome-unknown", "UNKNOWN"],
    ["between the answer and its record", "answered", 1, "outcome-unknown", "UNKNOWN"],
    ["after the record and before it tells the client", "settled", 1, "charged", "CHARGED"],
  ] as const)("%s sends nothing twice: %s", async (_, step, sent, outcome, state) => {
    const database = await kind.create();
    const { atStep, stopped } = stoppingAt(step);
    const before = await openTestLedger(database.url, { atStep });
    let calls = 0;
    const send = async (): Promise<PaidOutcome> => {
      calls += 1;
      return charged;
    };
    const spending = aSpending({ caller: "local-developer", send });

    void before.ledger.spend(spending, anAsker());
    await stopped;
    await before.close();
    const after = await openTestLedger(database.url);
    const soon = await after.ledger.spend(spending, anAsker());
    const { id } = chargeOf(soon);
    await after.expire(id);
    const later = await after.ledger.spend(spending, anAsker());
    const listed = await after.store.list({ state: "UNKNOWN" }, 10);
    await after.close();
    const graph = await startLedgerGraph(database.url);
    const { data } = await graph.ask("{ providerCharges(filter: { state: UNKNOWN }) { edges { node { id state } } } }");
    await graph.close();
    await database.drop();

    expect(calls).toBe(sent);
    expect(soon.kind).toBe(state === "CHARGED" ? "charged" : "in-progress");
    expect(later).toMatchObject({ kind: outcome, charge: { id, state } });
    const expected = state === "UNKNOWN" ? [id] : [];
    expect(listed.map((charge) => charge.id)).toEqual(expected);
    expect(data.providerCharges.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(expected);
  });

  it("between the send and its answer sends nothing twice, and may be settled by an operator", async () => {
    const { test, close } = await ledgerOn(kind);
    const provider = new HeldProvider();
    const spending = aSpending({ send: provider.send });

    void test.ledger.spend(spending, anAsker());
    await provider.called();
    const after = test.restarted();
    const { id } = chargeOf(await after.spend(spending, anAsker()));
    await test.expire(id);
    const operator = { by: "OPERATOR", state: "NOT_CHARGED", settledBy: "op", note: "asked" } as const;
    const settled = await test.store.recordVerdict(id, operator);
    const again = await after.spend(spending, anAsker());

    expect(settled).toMatchObject({ settled: true, charge: { state: "NOT_CHARGED", freed: false } });
    expect(again).toMatchObject({ kind: "outcome-unknown", charge: { state: "NOT_CHARGED", settledBy: "op" } });
    expect(provider.sent).toEqual([id]);
    provider.answer(charged);
    await close();
  });
});

describeOnEachDatabase("a sender that was paused", (kind) => {
  it("past its own time after the claim sends nothing when it goes on", async () => {
    const goOn = Promise.withResolvers<void>();
    const claimed = Promise.withResolvers<void>();
    const { test, close } = await ledgerOn(kind, {
      abandonMs: 20,
      atStep: async (step) => {
        if (step !== "claimed") return;
        claimed.resolve();
        await goOn.promise;
      },
    });
    const provider = new HeldProvider();
    const spending = aSpending({ send: provider.send });

    const paused = test.ledger.spend(spending, anAsker());
    await claimed.promise;
    const other = test.restarted();
    const { id } = chargeOf(await other.spend(spending, anAsker()));
    await test.expire(id);
    expect(await other.spend(spending, anAsker())).toMatchObject({ kind: "outcome-unknown" });
    await new Promise((later) => setTimeout(later, 40)); // past its abandon time, which is what this is about
    goOn.resolve();
    await paused;
    const again = await other.spend(spending, anAsker());

    expect(provider.sent).toEqual([]);
    expect(again).toMatchObject({ kind: "outcome-unknown", charge: { id, state: "NOT_CHARGED", freed: false } });
    await close();
  });

  it.each([
    ["charged", charged, "charged", "CHARGED"],
    ["not charged", refused, "outcome-unknown", "NOT_CHARGED"],
  ] as const)(
    "past its lease before it records that it was %s, is not sent again",
    async (_, outcome, kindOf, state) => {
      const goOn = Promise.withResolvers<void>();
      const answered = Promise.withResolvers<void>();
      const { test, close } = await ledgerOn(kind, {
        atStep: async (step) => {
          if (step !== "answered") return;
          answered.resolve();
          await goOn.promise;
        },
      });
      let sent = 0;
      const spending = aSpending({
        send: async () => {
          sent += 1;
          return outcome;
        },
      });

      const paused = test.ledger.spend(spending, anAsker());
      await answered.promise;
      const other = test.restarted({ atStep: async () => {} });
      const { id } = chargeOf(await other.spend(spending, anAsker()));
      await test.expire(id);
      const meanwhile = await other.spend(spending, anAsker());
      goOn.resolve();
      await paused;
      const again = await other.spend(spending, anAsker());

      expect(meanwhile).toMatchObject({ kind: "outcome-unknown", charge: { state: "UNKNOWN" } });
      expect(again).toMatchObject({ kind: kindOf, charge: { id, state } });
      expect(sent).toBe(1);
      await close();
    },
  );

  it.each([wasCharged, notCharged, { by: "ANSWER", state: "UNKNOWN", reason: "reset" } as const])(
    "never settles another attempt than its own: $state",
    async (verdict) => {
      const { test, close } = await ledgerOn(kind);
      const { claimed, reclaimed } = await claimTwice(test);

      const stale = await test.store.recordAnswer(claimed.id, claimed.attempt, verdict);

      expect(stale).toBeNull();
      expect(reclaimed).toMatchObject({ id: claimed.id, attempt: 2 });
      expect(await test.store.findById(claimed.id)).toEqual(reclaimed);
      expect(await test.attemptsOf(claimed.id)).toHaveLength(3);
      await close();
    },
  );

  it("records one answer to one attempt only", async () => {
    const { test, close } = await ledgerOn(kind);
    const { charge } = await claim(test);

    expect(await test.store.recordAnswer(charge.id, 1, wasCharged)).toMatchObject({ charge: { state: "CHARGED" } });
    expect(await test.store.recordAnswer(charge.id, 1, notCharged)).toBeNull();
    expect(await test.store.findById(charge.id)).toMatchObject({ state: "CHARGED", resultId: "6510", freed: false });
    await close();
  });

  it("frees a key only while the charge is in progress", async () => {
    const { test, close } = await ledgerOn(kind);
    const [inTime, expired, unknown, operated] = await Promise.all([1, 2, 3, 4].map(() => claim(test)));
    if (!inTime || !expired || !unknown || !operated) throw new Error("Expected four claims");
    await test.expire(expired.charge.id);
    await test.store.recordAnswer(unknown.charge.id, 1, { by: "ANSWER", state: "UNKNOWN", reason: "reset" });
    await test.expire(operated.charge.id);
    await test.store.recordVerdict(operated.charge.id, { by: "OPERATOR", state: "NOT_CHARGED" });

    const freed = [];
    for (const { charge } of [inTime, expired, unknown, operated]) {
      freed.push((await test.store.recordAnswer(charge.id, 1, notCharged))?.charge.freed);
    }
    const claims = [];
    for (const { spending } of [inTime, expired, unknown, operated]) {
      claims.push((await test.store.claim({ ...spending, id: aKey() }, lease)).kind);
    }

    expect(freed).toEqual([true, false, false, false]);
    expect(claims).toEqual(["claimed", "known", "known", "known"]);
    await close();
  });

  it("frees a key for the same input only", async () => {
    const { test, close } = await ledgerOn(kind);
    const { charge, spending } = await claim(test);
    await test.store.recordAnswer(charge.id, 1, notCharged);

    const other = await test.store.claim({ ...spending, id: aKey(), fingerprint: "1:another-input" }, lease);

    expect(other).toEqual({ kind: "known" });
    await close();
  });

  const lease = { leaseMs: 60_000, dailyLimit: undefined };

  const claim = async (test: TestLedger) => {
    const spending = aSpending();
    const claimed = await test.store.claim({ ...spending, id: crypto.randomUUID() }, lease);
    if (claimed.kind !== "claimed") throw new Error(`Expected a claim, got ${claimed.kind}`);
    return { spending, charge: claimed.charge };
  };

  const claimTwice = async (test: TestLedger) => {
    const { charge, spending } = await claim(test);
    await test.store.recordAnswer(charge.id, 1, notCharged);
    await test.store.claim({ ...spending, id: crypto.randomUUID() }, lease);
    return { claimed: charge, reclaimed: await test.store.findById(charge.id) };
  };

  describe("whose key was freed and claimed again", () => {
    it("keeps every attempt in the record, in order", async () => {
      const { test, close } = await ledgerOn(kind);
      const { claimed } = await claimTwice(test);
      await test.store.recordAnswer(claimed.id, 2, wasCharged);

      expect(await test.attemptsOf(claimed.id)).toEqual([
        { attempt: 1, happened: "CLAIMED", state: "IN_PROGRESS", by: "alice" },
        { attempt: 1, happened: "ANSWER", state: "NOT_CHARGED", by: null },
        { attempt: 2, happened: "CLAIMED", state: "IN_PROGRESS", by: "alice" },
        { attempt: 2, happened: "ANSWER", state: "CHARGED", by: null },
      ]);
      await close();
    });
  });
});
