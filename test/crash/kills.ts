import { randomUUID } from "node:crypto";
import { Checks, type Finding } from "./checks.ts";
import type { PaidMutation, Purchase } from "./paid-mutations.ts";
import type { Step } from "./steps.ts";
import { type ListedCharge, type TestedService, tell } from "./tested-service.ts";
import type { World } from "./world.ts";

export const killColumns = ["mutation", "killed", "charges", "after restart", "lease over", "asked again"];

interface Kill {
  step: Step;
  world: World;
  purchase: Purchase;
  /** The provider's charges before it. */
  chargesBefore: number;
  checks: Checks;
  cells: string[];
}

/** Kills a service while it holds a purchase of each of these mutations at `step`, and follows what becomes of them. */
export async function killAt(step: Step, mutations: PaidMutation[], world: World): Promise<Finding[]> {
  const held = mutations.filter((mutation) => step.canHold(mutation, world));
  if (held.length === 0) return [];
  const kills = await Promise.all(held.map((mutation) => prepare(step, mutation, world)));

  await killInTheMiddle(step, kills, world);
  const restarted = await world.start();
  for (const kill of kills) await lookAfterRestart(kill, restarted);
  if (step.onRecord === "the claim") {
    await restarted.crash();
    await world.ledger.endLeases();
    const later = await world.start();
    for (const kill of kills) await lookAfterLease(kill, later);
    await later.crash();
  } else {
    await restarted.crash();
  }
  return kills.map(({ cells, checks }) => ({ cells, violations: checks.violations }));
}

async function prepare(step: Step, mutation: PaidMutation, world: World): Promise<Kill> {
  const purchase = { mutation, target: mutation.targetOf(Date.now()), idempotencyKey: `kill-${randomUUID()}` };
  const cells = [mutation.name, step.title];
  return { step, world, purchase, chargesBefore: await world.sandbox.count(mutation), checks: new Checks(), cells };
}

async function killInTheMiddle(step: Step, kills: Kill[], world: World): Promise<void> {
  const { reached, release } = await step.hold(
    kills.map(({ purchase }) => purchase.mutation),
    world,
  );
  try {
    const service = await world.start(step.settings);
    const outcomes = kills.map(({ purchase }) => service.ask(purchase));
    await reached(service);
    await service.crash();
    for (const [index, { checks }] of kills.entries()) {
      checks.same("what the client of the killed service got", (await outcomes[index])?.kind, "lost");
    }
  } finally {
    await release();
  }
}

async function lookAfterRestart(kill: Kill, service: TestedService): Promise<void> {
  const { step, purchase, checks, cells } = kill;
  const charge = await service.find(purchase);
  const expected = { nothing: undefined, "the claim": "IN_PROGRESS", "the answer": "CHARGED" }[step.onRecord];
  checks.same("its state after the restart", charge?.state, expected);
  await checkCharges(kill, step.charged ? 1 : 0);
  cells.push(step.charged ? "1" : "0", charge?.state ?? "no row");

  const again = await service.ask(purchase);
  if (step.onRecord === "the claim") {
    checks.same("asked again while its lease runs", again.kind, "ChargeInProgress");
    return checkCharges(kill, step.charged ? 1 : 0);
  }
  checks.same("asked again", [again.kind, again.replayed], [purchase.mutation.success, step.onRecord === "the answer"]);
  await checkCharges(kill, 1);
  await checkBought(kill, again.charge);
  const replay = await service.ask(purchase);
  checks.same("asked once more", [replay.kind, replay.replayed], [purchase.mutation.success, true]);
  await checkCharges(kill, 1);
  cells.push("", tell(again));
}

async function lookAfterLease(kill: Kill, service: TestedService): Promise<void> {
  const { step, purchase, checks, cells } = kill;
  const charges = step.charged ? 1 : 0;
  const listed = (await service.charges("UNKNOWN")).find(
    ({ idempotencyKey }) => idempotencyKey === purchase.idempotencyKey,
  );
  checks.that("Expected it among the UNKNOWN once its lease is over, it is not", listed !== undefined);
  cells.push((await service.find(purchase))?.state ?? "no row");

  const again = await service.ask(purchase);
  checks.same("asked again after its lease", [again.kind, again.charge?.state], ["ChargeOutcomeUnknown", "UNKNOWN"]);
  cells.push(tell(again));
  if (listed) await settleTruly(kill, listed, service);
  await checkCharges(kill, charges);
}

// The operator counts at the provider; after that the key still sends nothing.
async function settleTruly(kill: Kill, charge: ListedCharge, service: TestedService): Promise<void> {
  const { step, purchase, checks } = kill;
  const verdict = step.charged ? "CHARGED" : "NOT_CHARGED";
  const settled = await service.settle(charge, verdict, step.charged ? await lastReference(kill) : null);
  checks.same("an operator's verdict", settled.kind, "SettleProviderChargeSuccess");
  const again = await service.ask(purchase);
  checks.same("asked again after the verdict", [again.kind, again.charge?.state], ["ChargeOutcomeUnknown", verdict]);
}

async function checkCharges({ world, purchase, chargesBefore, checks }: Kill, expected: number): Promise<void> {
  checks.same("charges at the sandbox", (await world.sandbox.count(purchase.mutation)) - chargesBefore, expected);
}

async function checkBought(kill: Kill, charge: ListedCharge | undefined): Promise<void> {
  if (kill.purchase.mutation.purchaseHasId)
    kill.checks.same("the id of what was bought", charge?.resultId, await lastReference(kill));
}

async function lastReference({ world, purchase }: Kill): Promise<string | null> {
  return (await world.sandbox.charges(purchase.mutation)).at(-1)?.reference ?? null;
}
