import { expect, it } from "vitest";
import type { Spending, Spent } from "../../src/charge/ledger/spending.ts";
import { anAsker, aSpending, charged, HeldProvider, ledgerOn } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";

describeOnEachDatabase("a key that another process claims between our look and our claim", (kind) => {
  it.each([
    ["the free read refuses it", { refusal: "refused" }, {}],
    ["the day's limit is reached by that", { refusal: null }, { dailyLimit: 1 }],
    ["there is no turn", { refusal: null, turn: null }, {}],
  ] as const)("is in progress, even where %s", async (_, { refusal, ...taken }, options) => {
    const { test, close } = await ledgerOn(kind, options);
    const provider = new HeldProvider();
    const spending = aSpending({ send: provider.send });
    let theirs: Promise<Spent<never>> | undefined;
    const ours: Spending<string> = {
      ...spending,
      findRefusal: async () => {
        theirs = test.restarted().spend(spending, anAsker());
        await provider.called();
        return refusal;
      },
      ...("turn" in taken && { reserve: async () => taken.turn }),
    };

    const spent = await test.ledger.spend(ours, anAsker());
    provider.answer(charged);

    expect(spent).toMatchObject({ kind: "in-progress", charge: { state: "IN_PROGRESS" } });
    expect(await theirs).toMatchObject({ kind: "charged", replayed: false });
    expect(provider.sent).toHaveLength(1);
    await close();
  });
});
