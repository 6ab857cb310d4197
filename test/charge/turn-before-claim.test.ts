import { describe, expect, it } from "vitest";
import { graphOn } from "../support/graph-on-ledger.ts";
import { aKey, anAsker, aSpending, charged, HeldProvider, ledgerOn } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { paidMutations, pay } from "../support/paid-mutations.ts";
import { until } from "../support/until.ts";

const [refresh] = paidMutations;

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
    const asker = anAsker();
    const reserve = async () => {
      asker.paidFieldsUntilMs = Date.now() - 1;
      return turn;
    };

    const spent = await test.ledger.spend(aSpending({ reserve }), asker);
    await test.ledger.drain(5_000);

    expect([spent.kind, turn.ended, await test.countRows()]).toEqual(["not-begun", 1, 0]);
    await close();
  });

  it("is given back when its call is given up on, though its answer is listened for further", async () => {
    const { test, close } = await ledgerOn(kind, { abandonsSoon: true });
    const turn = aTurn();
    const provider = new HeldProvider();
    const spending = aSpending({ reserve: async () => turn, send: provider.send });

    const spent = await test.ledger.spend(spending, anAsker());
    const endedMeanwhile = turn.ended;
    provider.answer(charged);
    await until(async () => (await test.store.find(spending))?.state === "CHARGED");

    expect(spent.kind).toBe("outcome-unknown");
    expect(endedMeanwhile).toBeGreaterThan(0);
    await close();
  });

  describe.runIf(kind.name === "SQLite")("at a provider that hangs", () => {
    const graph = graphOn(kind, {
      PROVIDER_CONCURRENCY: "1",
      PAID_CALL_TIMEOUT_MS: "3000",
      PAID_CALL_ABANDON_MS: "3000",
      PROVIDER_TIMEOUT_MS: "10000",
    });

    it("is free for reads once the paid call that had the only turn was given up on", async () => {
      graph().sandbox.credas.behave({ fault: "hung", on: "paid" });

      await pay(graph(), refresh, { ...refresh.input, idempotencyKey: aKey() });
      await until(async () => {
        const { data } = await graph().ask("{ providerCharges(filter: { state: IN_PROGRESS }) { edges { cursor } } }");
        return data.providerCharges.edges.length === 0;
      });
      const { data, errors } = await graph().ask('{ company(id: "6510") { id } }');

      expect([data, errors]).toEqual([{ company: { id: "6510" } }, undefined]);
    });
  });
});
