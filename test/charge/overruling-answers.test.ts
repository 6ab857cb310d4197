import { describe, expect, it } from "vitest";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import {
  aLedger,
  anAsker,
  aSpending,
  chargeOf,
  HeldProvider,
  ledgerOn,
  refused,
  type TestLedger,
  unknown,
} from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { away, spoiledStore } from "../support/spoiled-store.ts";
import { until } from "../support/until.ts";

describeOnEachDatabase("the provider's own answer", (kind) => {
  describe("that names what another charge was thought to have bought", () => {
    it("takes it from evidence, whose charge is open again then, with a line in its record and an error in the log", async () => {
      const { test, close } = await ledgerOn(kind);
      const { id: mistaken } = await lose(test);
      await test.store.recordVerdict(mistaken, aVerdict("EVIDENCE", "vr_bought"));

      const buyer = chargeOf(await test.ledger.spend(aReverification(bought("vr_bought")), logging(test)));

      expect(await test.store.findById(buyer.id)).toMatchObject({ state: "CHARGED", resultId: "vr_bought" });
      expect(await test.store.findById(mistaken)).toMatchObject({
        state: "UNKNOWN",
        verdictBy: null,
        settledBy: null,
        settledAt: null,
        resultId: null,
        price: null,
      });
      expect(await test.attemptsOf(mistaken)).toMatchObject([
        { happened: "CLAIMED" },
        { happened: "ANSWER", state: "UNKNOWN" },
        { happened: "EVIDENCE", state: "CHARGED" },
        { happened: "RESULT_TAKEN", state: "UNKNOWN", by: null },
      ]);
      expect(errorsOf(test)).toContainEqual(
        expect.objectContaining({ chargeId: mistaken, boughtBy: buyer.id, msg: expect.stringMatching(/overrules/) }),
      );
      await close();
    });

    it("takes it from an operator, whose word that it was charged stands", async () => {
      const { test, close } = await ledgerOn(kind);
      const { id: mistaken } = await lose(test);
      await test.store.recordVerdict(mistaken, aVerdict("OPERATOR", "vr_bought"));

      const buyer = chargeOf(await test.ledger.spend(aReverification(bought("vr_bought")), logging(test)));

      expect(await test.store.findById(buyer.id)).toMatchObject({ state: "CHARGED", resultId: "vr_bought" });
      expect(await test.store.findById(mistaken)).toMatchObject({
        state: "CHARGED",
        verdictBy: "OPERATOR",
        settledBy: "somebody",
        resultId: null,
      });
      expect((await test.attemptsOf(mistaken)).at(-1)).toMatchObject({ happened: "RESULT_TAKEN", state: "CHARGED" });
      await close();
    });

    it("leaves it to another answer of the provider's, and is charged all the same", async () => {
      const { test, close } = await ledgerOn(kind);
      const first = chargeOf(await test.ledger.spend(aReverification(bought("vr_bought")), anAsker()));

      const second = chargeOf(await test.ledger.spend(aReverification(bought("vr_bought")), logging(test)));

      expect(await test.store.findById(first.id)).toMatchObject({ state: "CHARGED", resultId: "vr_bought" });
      expect(await test.store.findById(second.id)).toMatchObject({ state: "CHARGED", resultId: null });
      expect(errorsOf(test)).toMatchObject([{ msg: "charge: the provider's id is another charge's already" }]);
      await close();
    });
  });

  it("with another id than evidence found overrules it, with an error in the log", async () => {
    const { test, close } = await ledgerOn(kind, { abandonsSoon: true });
    const provider = new HeldProvider();
    const { id } = chargeOf(await test.ledger.spend(aReverification(provider.send), logging(test)));
    await test.store.recordVerdict(id, aVerdict("EVIDENCE", "vr_found"));

    provider.answer({ state: "CHARGED", status: 201, body: { id: "vr_bought" } });
    await until(async () => (await test.store.findById(id))?.verdictBy === "ANSWER");

    expect(await test.store.findById(id)).toMatchObject({ state: "CHARGED", resultId: "vr_bought" });
    await until(() => /"level":50.*overrules a verdict/.test(test.logged()));
    await close();
  });

  it("of which the id can't be read is charged, with an error in the log", async () => {
    const { test, close } = await ledgerOn(kind);
    const readPurchase = () => {
      throw new Error("an answer nobody thought of");
    };

    const spent = await test.ledger.spend(aSpending({ readPurchase }), anAsker());

    expect(spent).toMatchObject({ kind: "charged", charge: { resultId: null } });
    expect(await test.store.findById(chargeOf(spent).id)).toMatchObject({ state: "CHARGED", verdictBy: "ANSWER" });
    expect(errorsOf(test)).toMatchObject([{ msg: expect.stringMatching(/could not be read/) }]);
    await close();
  });
});

describeOnEachDatabase("a key that was not charged", (kind) => {
  it("is told to be spent where its sender was held up past its lease, for others may have taken it for UNKNOWN", async () => {
    const { promise: letGo, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: claimed, resolve: isClaimed } = Promise.withResolvers<void>();
    let sent = 0;
    const { test, close } = await ledgerOn(kind, {
      atStep: async (step) => {
        if (step === "claimed") {
          isClaimed();
          await letGo;
        }
      },
    });
    const send = async () => {
      sent += 1;
      return refused;
    };
    const spending = aSpending({ send });

    const asked = test.ledger.spend(spending, anAsker());
    await claimed;
    await test.expire((await test.store.find(spending))?.id ?? "");
    goOn();

    expect(await asked).toMatchObject({ kind: "outcome-unknown", charge: { state: "NOT_CHARGED", freed: false } });
    expect(await test.ledger.spend(spending, anAsker())).toMatchObject({
      kind: "outcome-unknown",
      charge: { state: "NOT_CHARGED" },
    });
    expect(sent).toBe(1);
    await close();
  });

  it("is not free where its asker was told UNKNOWN, though that never came on record", async () => {
    const { test, close } = await ledgerOn(kind);
    const { store, next } = spoiledStore(test.store);
    const ledger = aLedger(store, test.log, { abandonsSoon: true });
    const provider = new HeldProvider();
    const spending = aSpending({ send: provider.send });

    next("recordAnswer", away);
    const told = await ledger.spend(spending, anAsker());
    provider.answer(refused);
    await until(async () => (await test.store.find(spending))?.state === "NOT_CHARGED");

    expect(told.kind).toBe("outcome-unknown");
    expect(await test.store.find(spending)).toMatchObject({ freed: false });
    expect(await ledger.spend(spending, anAsker())).toMatchObject({ kind: "outcome-unknown" });
    expect(provider.sent).toHaveLength(1);
    await close();
  });
});

function aReverification(send: (chargeId: string) => Promise<PaidOutcome>) {
  return aSpending({ operation: "REVERIFY_VERIFICATION", provider: "TRUEWORK", send });
}

function bought(id: string) {
  return async (): Promise<PaidOutcome> => ({ state: "CHARGED", status: 201, body: { id } });
}

/** A reverification of which no answer came. */
async function lose(test: TestLedger) {
  return chargeOf(
    await test.ledger.spend(
      aReverification(async () => unknown),
      anAsker(),
    ),
  );
}

function aVerdict<By extends "EVIDENCE" | "OPERATOR">(by: By, resultId: string) {
  return { by, state: "CHARGED", settledBy: "somebody", resultId } as const;
}

function logging({ log }: TestLedger) {
  return { ...anAsker(), log };
}

function errorsOf(test: TestLedger): { msg: string }[] {
  const lines = test.logged().trim().split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50);
}
