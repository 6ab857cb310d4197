import { afterEach, describe, expect, it, vi } from "vitest";
import type { Charge } from "../../src/charge/charge.ts";
import type { Purchase } from "../../src/charge/ledger/spending.ts";
import type { ChargeStore } from "../../src/charge/store/charge-store.ts";
import { readConfig } from "../../src/config.ts";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import { createProviders } from "../../src/providers.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { EvidenceSearch, type EvidenceSearchOptions } from "../../src/verification/evidence-search.ts";
import type { Verification } from "../../src/verification/verification.type.ts";
import { anAsker, aSpending, chargeOf, ledgerOn, type TestLedger, unknown } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";

const minuteMs = 60_000;
const abandonMs = 2 * minuteMs;
const jamie = {
  firstName: "Jamie",
  lastName: "Example",
  socialSecurityNumber: "***-**-0000",
  dateOfBirth: "1990-01-01",
};

describeOnEachDatabase("evidence", (kind) => {
  const { original, bought, ...truework } = aTruework();

  it("of exactly one verification that fits settles the charge, and its key sends nothing", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const { id, spending } = await lose();

    await look(id, { listed: [original(), bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({
      state: "CHARGED",
      verdictBy: "EVIDENCE",
      settledBy: "evidence",
      resultId: "vr_new",
      price: { amount: "19.95", currency: "USD" },
    });
    expect(await test.ledger.spend(spending, anAsker())).toMatchObject({
      kind: "outcome-unknown",
      charge: { state: "CHARGED" },
    });
    await close();
  });

  it("is found on the last of five pages, whatever their order", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const { id } = await lose();

    await look(id, { listed: [...others(499), bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({ state: "CHARGED", resultId: "vr_new" });
    await close();
  });

  it("is found by itself where the lease of a crashed process ran out", async () => {
    const { test, close, look } = await aLedgerThatLost();
    const spending = aReverification(async () => unknown);
    const claimed = await test.store.claim(
      { ...spending, id: crypto.randomUUID() },
      { leaseMs: minuteMs, dailyLimit: undefined },
    );
    const { id } = claimed.kind === "claimed" ? claimed.charge : { id: "" };

    await look(id, { listed: [bought("vr_new")] });
    const whileInProgress = await test.store.findById(id);
    await test.expire(id);
    await look(id, { listed: [bought("vr_new")] });

    expect(whileInProgress?.state).toBe("IN_PROGRESS");
    expect(await test.store.findById(id)).toMatchObject({ state: "CHARGED", verdictBy: "EVIDENCE" });
    await close();
  });

  const away = async () => {
    throw new Error("the provider is away");
  };
  const notEnough: [string, () => Partial<EvidenceSearchOptions["truework"]> & { listed: Verification[] }][] = [
    ["nothing fits", () => ({ listed: [original()] })],
    ["two verifications fit", () => ({ listed: [bought("vr_1"), bought("vr_2")] })],
    [
      "two verifications fit, far apart in the list",
      () => ({ listed: [bought("vr_1"), ...others(400), bought("vr_2")] }),
    ],
    ["it is about another person", () => ({ listed: [bought("vr_1", { target: aTarget({ firstName: "Taylor" }) })] })],
    [
      "it is about a namesake",
      () => ({ listed: [bought("vr_1", { target: aTarget({ dateOfBirth: "1991-01-01" }) })] }),
    ],
    ["it is about nobody", () => ({ listed: [bought("vr_1", { target: null })] })],
    [
      "it is about another employer",
      () => ({
        listed: [bought("vr_1", { target: aTarget({ company: anEmployer("Birch Ltd") }) })],
        findVerification: async (id) => bought(id, { target: aTarget({ company: anEmployer("Acorn Ltd") }) }),
      }),
    ],
    ["it is of another type", () => ({ listed: [bought("vr_1", { type: "EMPLOYMENT" })] })],
    ["it is older than the claim", () => ({ listed: [bought("vr_1", { createdAt: at(-2 * minuteMs) })] })],
    [
      "it is newer than the call can be",
      () => ({ listed: [bought("vr_1", { createdAt: at(abandonMs + 2 * minuteMs) })] }),
    ],
    ["it is the former verification", () => ({ listed: [original({ createdAt: at(0) })] })],
    ["it is behind the fifth page", () => ({ listed: [...others(500), bought("vr_1")] })],
    ["there are more than five pages, on which another may be", () => ({ listed: [bought("vr_1"), ...others(500)] })],
    ["the former verification is gone", () => ({ listed: [bought("vr_1")], findVerification: async () => null })],
    ["the former verification can't be read", () => ({ listed: [bought("vr_1")], findVerification: away })],
    ["the list can't be read", () => ({ listed: [], listVerifications: away })],
  ];

  it.each(notEnough)("is not enough where %s", async (_, provider) => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const { id } = await lose();

    await look(id, provider());

    expect(await test.store.findById(id)).toMatchObject({ state: "UNKNOWN", verdictBy: null, resultId: null });
    expect(await test.attemptsOf(id)).toHaveLength(2);
    await close();
  });

  it.each(["UNKNOWN", "IN_PROGRESS"] as const)(
    "is not enough where another open charge about the same person is %s",
    async (state) => {
      const { test, close, lose, look } = await aLedgerThatLost();
      const { id } = await lose();
      const other = aReverification(async () => unknown, "vr_other_of_jamie");
      if (state === "UNKNOWN") await test.ledger.spend(other, anAsker());
      else await test.store.claim({ ...other, id: crypto.randomUUID() }, { leaseMs: minuteMs, dailyLimit: undefined });

      await look(id, { listed: [bought("vr_new")] });

      expect(await test.store.findById(id)).toMatchObject({ state: "UNKNOWN" });
      await close();
    },
  );

  it("is not enough where another open charge's own verification is gone, for it may be about the same person", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const { id } = await lose();
    await lose("vr_gone");

    await look(id, { listed: [bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({ state: "UNKNOWN" });
    await close();
  });

  it("is not enough where another one about the same person was claimed while the list was read", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const { id } = await lose();
    const other = { ...aReverification(async () => unknown, "vr_other_of_jamie"), id: crypto.randomUUID() };

    await look(id, {
      listed: [],
      listVerifications: async () => {
        await test.store.claim(other, { leaseMs: minuteMs, dailyLimit: undefined });
        return { verifications: [bought("vr_of_the_other")], count: 1, hasNext: false };
      },
    });
    const learned = await test.store.recordAnswer(other.id, 1, {
      by: "ANSWER",
      state: "CHARGED",
      resultId: "vr_of_the_other",
    });

    expect(await test.store.findById(id)).toMatchObject({ state: "UNKNOWN", resultId: null });
    expect(learned?.charge).toMatchObject({ state: "CHARGED", resultId: "vr_of_the_other" });
    await close();
  });

  it("is one verification, though shifting pages list it twice", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const { id } = await lose();

    await look(id, { listed: [bought("vr_new"), ...others(99), bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({ state: "CHARGED", resultId: "vr_new" });
    await close();
  });

  it("is enough where the other open charge was claimed more than a day before", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const other = await lose("vr_other_of_jamie");
    await test.claimedEarlier(other.id, 25 * 60 * minuteMs);
    const { id } = await lose();

    await look(id, { listed: [bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({ state: "CHARGED", resultId: "vr_new" });
    await close();
  });

  it("is not enough where a charge about the same person was charged, and nobody knows for what", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const { id } = await lose();
    await test.ledger.spend(
      aReverification(async () => ({ state: "CHARGED", status: 201, body: undefined }), "vr_other_of_jamie"),
      anAsker(),
    );

    await look(id, { listed: [bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({ state: "UNKNOWN" });
    await close();
  });

  it("is not enough where an operator settled another one as charged without saying for what", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const [{ id }, { id: settled }] = [await lose(), await lose()];
    await test.store.recordVerdict(settled, { by: "OPERATOR", state: "CHARGED", settledBy: "op" });

    await look(id, { listed: [bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({ state: "UNKNOWN" });
    await close();
  });

  it("is enough where the other one was charged at another time", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const spent = await test.ledger.spend(
      aReverification(async () => ({ state: "CHARGED", status: 201, body: undefined }), "vr_other_of_jamie"),
      anAsker(),
    );
    await test.claimedEarlier(chargeOf(spent).id, 25 * 60 * minuteMs);
    const { id } = await lose();

    await look(id, { listed: [bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({ state: "CHARGED", resultId: "vr_new" });
    await close();
  });

  it("is enough where the other open charge is about somebody else", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const { id } = await lose();
    await lose("vr_taylor");

    await look(id, { listed: [bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({ state: "CHARGED" });
    await close();
  });

  it("leaves out a verification that another charge owns", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    await test.ledger.spend(
      aReverification(async () => ({ state: "CHARGED", status: 201, body: { id: "vr_owned" } })),
      anAsker(),
    );
    const { id } = await lose();

    await look(id, { listed: [bought("vr_owned")] });
    const withOnlyThat = await test.store.findById(id);
    await look(id, { listed: [bought("vr_owned"), bought("vr_new")] });

    expect(withOnlyThat).toMatchObject({ state: "UNKNOWN" });
    expect(await test.store.findById(id)).toMatchObject({ state: "CHARGED", resultId: "vr_new" });
    await close();
  });

  it("does not touch a charge that somebody has settled already", async () => {
    const { test, close, lose, look } = await aLedgerThatLost();
    const { id } = await lose();
    await test.store.recordVerdict(id, { by: "OPERATOR", state: "NOT_CHARGED", settledBy: "op" });

    await look(id, { listed: [bought("vr_new")] });

    expect(await test.store.findById(id)).toMatchObject({ state: "NOT_CHARGED", verdictBy: "OPERATOR" });
    await close();
  });

  it("for many open charges is read one call at a time, and each thing once", async () => {
    const { test, close } = await ledgerOn(kind);
    const targets = Array.from({ length: 20 }, (_, i) => `vr_${i}`);
    const lost = targets.map((target) =>
      test.ledger.spend(
        aReverification(async () => unknown, target),
        anAsker(),
      ),
    );
    const calls: string[] = [];
    let [atOnce, mostAtOnce] = [0, 0];
    const counted = async <Answer>(call: string, answer: Answer) => {
      calls.push(call);
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      await new Promise((later) => setImmediate(later));
      atOnce--;
      return answer;
    };
    const listed = targets.map((id) => bought(`${id}_bought`, { target: aTarget({ firstName: id }) }));
    const search = new EvidenceSearch({
      charges: test.store,
      truework: {
        findVerification: (id) =>
          counted(id, bought(id, { target: aTarget({ firstName: id }), createdAt: at(-60 * minuteMs) })),
        listVerifications: () => counted("list", { verifications: listed, count: 20, hasNext: false }),
      },
      abandonMs,
      log: test.log,
    });

    const ids = (await Promise.all(lost)).map((spent) => chargeOf(spent).id);
    await Promise.all(ids.map((id) => search.lookFor(id)));

    expect(calls.toSorted()).toEqual(["list", ...targets].toSorted());
    expect(mostAtOnce).toBe(1);
    const states = await Promise.all(ids.map(async (id) => (await test.store.findById(id))?.state));
    expect(new Set(states)).toEqual(new Set(["CHARGED"]));
    await close();
  });

  const aLedgerThatLost = async () => {
    const { test, close } = await ledgerOn(kind);
    return {
      test,
      close,
      lose: async (about?: string) => {
        const spending = aReverification(async () => unknown, about);
        return { id: chargeOf(await test.ledger.spend(spending, anAsker())).id, spending };
      },
      look: async (id: string, provider: Partial<EvidenceSearchOptions["truework"]> & { listed: Verification[] }) => {
        const search = {
          charges: test.store,
          truework: { ...truework.listing(provider.listed), ...provider },
          abandonMs,
        };
        await new EvidenceSearch({ ...search, log: test.log }).lookFor(id);
      },
    };
  };
});

describeOnEachDatabase("evidence at the sandbox", (kind) => {
  it("is found with the client as the service has it, by free reads only", async () => {
    const sandbox = await startSandbox();
    const { providers, close: closeProviders } = createProviders(readConfig({}), sandbox);
    const { test, close } = await ledgerOn(kind);
    const id = "vr_sandbox_completed_sync";
    sandbox.truework.behave({ fault: "server-error", on: "paid" });
    const spending = aReverification(() => providers.truework.reverify(id, "rep_sandbox_completed_sync", "ASYNC"), id);
    const lost = chargeOf(await test.ledger.spend(spending, anAsker()));

    const search = { charges: test.store, truework: providers.truework, abandonMs, log: test.log };
    await new EvidenceSearch(search).lookFor(lost.id);

    const paid = sandbox.truework.calls().filter(({ method }) => method !== "GET");
    expect([lost.state, paid.length]).toEqual(["UNKNOWN", 1]);
    expect(await test.store.findById(lost.id)).toMatchObject({
      state: "CHARGED",
      verdictBy: "EVIDENCE",
      resultId: sandbox.truework.charges()[0]?.reference,
    });
    await close();
    await closeProviders();
    await sandbox.close();
  });
});

describe("the search for evidence", () => {
  afterEach(() => vi.useRealTimers());

  it("looks 1, 10 and 60 minutes later, at most five pages of 100, and then no more", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const asked: { limit: number; offset: number }[] = [];
    const { original, bought } = aTruework();
    const search = searching({
      findVerification: async () => original(),
      listVerifications: async ({ limit, offset }) => {
        asked.push({ limit, offset });
        return { verifications: [bought(`vr_${offset}`)], count: null, hasNext: true };
      },
    });

    search.lookForLater(anUnknownCharge);
    const looks: number[] = [];
    for (let minute = 0; minute < 120; minute++) {
      await vi.advanceTimersByTimeAsync(minuteMs);
      if (asked.splice(0).length === 5) looks.push(minute + 1);
    }

    expect(looks).toEqual([1, 10, 60]);
  });

  it("looks for reverifications only: the others have nothing to search", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const findVerification = vi.fn(async () => null);
    const search = searching({ findVerification });

    search.lookForLater({ ...anUnknownCharge, operation: "REFRESH_COMPANY_REPORT" });
    search.lookForLater({ ...anUnknownCharge, operation: "REQUEST_BUSINESS_CREDIT_REPORT" });
    await vi.advanceTimersByTimeAsync(61 * minuteMs);

    expect(findVerification).not.toHaveBeenCalled();
  });

  it("is taken up after a restart for what is open, and ends when it is told to", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const findVerification = vi.fn(async () => null);
    const search = searching({ findVerification });

    await search.resume();
    await vi.advanceTimersByTimeAsync(minuteMs);
    const looked = findVerification.mock.calls.length;
    search.stop();
    await vi.advanceTimersByTimeAsync(60 * minuteMs);

    expect([looked, findVerification.mock.calls.length]).toEqual([1, 1]);
  });

  const anUnknownCharge = {
    id: "a-charge",
    operation: "REVERIFY_VERIFICATION",
    target: "vr_original",
    state: "UNKNOWN",
    verdictBy: null,
  } as Charge;

  const searching = (truework: Partial<EvidenceSearchOptions["truework"]>) => {
    const charges = {
      findById: async () => anUnknownCharge,
      list: async ({ state }: { state: string }) => (state === "UNKNOWN" ? [anUnknownCharge] : []),
      lastClaimedAt: async () => Date.now(),
      findOwned: async () => new Set(),
    } as unknown as ChargeStore;
    const log = { info: () => {}, warn: () => {} } as unknown as TestLedger["log"];
    return new EvidenceSearch({ charges, truework: { ...aTruework().listing([]), ...truework }, abandonMs, log });
  };
});

function aReverification(send: () => Promise<PaidOutcome>, target = "vr_original") {
  return aSpending({
    operation: "REVERIFY_VERIFICATION",
    provider: "TRUEWORK",
    target,
    subject: target,
    send,
    readPurchase: (body): Purchase => ({ resultId: (body as { id?: string })?.id ?? null }),
  });
}

function aTarget(differing: object = {}): Verification["target"] {
  return { ...jamie, ...differing } as Verification["target"];
}

function anEmployer(name: string) {
  return { id: null, name, address: null };
}

function at(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

function others(count: number): Verification[] {
  return Array.from({ length: count }, (_, i) =>
    aVerification(`vr_x${i}`, { target: aTarget({ firstName: `Person${i}` }) }),
  );
}

function aVerification(id: string, differing: Partial<Verification> = {}): Verification {
  return {
    id,
    createdAt: at(1_000),
    type: "EMPLOYMENT_INCOME",
    target: aTarget(),
    price: { amount: "19.95", currency: "USD" },
    ...differing,
  } as Verification;
}

/** Truework as the search sees it: who was verified before, and what its list holds. */
function aTruework() {
  const original = (differing: Partial<Verification> = {}) =>
    aVerification("vr_original", { createdAt: at(-20 * 24 * 60 * minuteMs), ...differing });
  const known: Record<string, () => Verification> = {
    vr_original: original,
    vr_other_of_jamie: () => aVerification("vr_other_of_jamie"),
    vr_taylor: () => aVerification("vr_taylor", { target: aTarget({ firstName: "Taylor" }) }),
  };
  const listing = (listed: Verification[]): EvidenceSearchOptions["truework"] => ({
    findVerification: async (id) => known[id]?.() ?? null,
    listVerifications: async ({ limit, offset }) => ({
      verifications: listed.slice(offset, offset + limit),
      count: listed.length,
      hasNext: offset + limit < listed.length,
    }),
  });
  return { original, bought: aVerification, listing };
}
