import { expect, it } from "vitest";
import { aKey, anAsker, aSpending, charged, ledgerOn, unknown } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";

/** A turn that counts how often it is given back. */
function aTurn() {
  const turn = { ended: 0, renew: async () => {}, end: () => void turn.ended++ };
  return turn;
}

describeOnEachDatabase("a turn for a paid call", (kind) => {
  it("that can't be had leaves no row and sends nothing", async () => {
    const { test, close } = await ledgerOn(kind);
    let sent = 0;
    const spending = aSpending({
      reserve: async () => null,
      send: async () => {
        sent += 1;
        return charged;
      },
    });

    expect(await test.ledger.spend(spending, anAsker())).toEqual({ kind: "not-begun" });
    expect([sent, await test.countRows()]).toEqual([0, 0]);
    await close();
  });

  it("is had before the claim, and handed to the call", async () => {
    const { test, close } = await ledgerOn(kind);
    const turn = aTurn();
    const seen: unknown[] = [];
    const spending = aSpending({
      reserve: async (withinMs) => {
        seen.push(withinMs > 0, await test.countRows());
        return turn;
      },
      send: async (_chargeId, handed) => {
        seen.push(handed === turn, await test.countRows());
        return charged;
      },
    });

    await test.ledger.spend(spending, anAsker());

    expect(seen).toEqual([true, 0, true, 1]);
    expect(turn.ended).toBeGreaterThan(0);
    await close();
  });

  it("is not asked for by a key that is known", async () => {
    const { test, close } = await ledgerOn(kind);
    const spending = aSpending();
    await test.ledger.spend(spending, anAsker());
    let asked = 0;
    const reserve = async () => {
      asked += 1;
      return null;
    };

    const replay = await test.ledger.spend({ ...spending, reserve }, anAsker());

    expect([replay.kind, asked]).toEqual(["charged", 0]);
    await close();
  });

  it("is given back where the claim refuses", async () => {
    const { test, close } = await ledgerOn(kind, { dailyLimit: 1 });
    await test.ledger.spend(aSpending(), anAsker());
    const turn = aTurn();

    const spent = await test.ledger.spend(aSpending({ reserve: async () => turn }), anAsker());

    expect([spent.kind, turn.ended]).toEqual(["limit-reached", 1]);
    await close();
  });

  it("is given back where no time is left for the claim", async () => {
    const { test, close } = await ledgerOn(kind);
    const turn = aTurn();
    const asker = anAsker(20);
    const reserve = async () => {
      while (Date.now() < asker.paidFieldsUntilMs) await new Promise((soon) => setTimeout(soon, 5));
      return turn;
    };

    const spent = await test.ledger.spend(aSpending({ reserve }), asker);
    await test.ledger.drain(5_000);

    expect([spent.kind, turn.ended, await test.countRows()]).toEqual(["not-begun", 1, 0]);
    await close();
  });

  it("is kept by a call that was given up on, until it ends", async () => {
    const { test, close } = await ledgerOn(kind, { abandonMs: 1_000 });
    const turn = aTurn();
    const { promise: answer, resolve } = Promise.withResolvers<typeof unknown>();
    const spending = aSpending({ idempotencyKey: aKey(), reserve: async () => turn, send: () => answer });

    const spent = await test.ledger.spend(spending, anAsker());
    const keptMeanwhile = turn.ended;
    resolve(unknown);
    await expect.poll(() => turn.ended).toBe(1);

    expect([spent.kind, keptMeanwhile]).toEqual(["outcome-unknown", 0]);
    await close();
  });
});
