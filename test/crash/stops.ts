import { randomUUID } from "node:crypto";
import { pause, until } from "../support/until.ts";
import { Checks, type Finding } from "./checks.ts";
import { type PaidMutation, type Purchase, refreshCompanyReport } from "./paid-mutations.ts";
import { answered, claimed, holdBySandbox, type Step, sent } from "./steps.ts";
import { type Outcome, type TestedService, tell } from "./tested-service.ts";
import type { World } from "./world.ts";

export const stopColumns = ["mutation", "paused with SIGSTOP", "charges", "meanwhile", "operator says", "in the end"];

/** A pause of the sender, and what is to come of it. */
interface Stop {
  title: string;
  step: Step;
  /** The sender's own abandon time, which the pause outlasts or not. */
  abandonMs: number;
  /** Whether it is sent at all. */
  charged: boolean;
}

// A call is listened to for five times as long: a sender that is paused for longer, as on a busy machine, drops the answer
// that waits for it, and its charge stays UNKNOWN. Safe, but not what is looked at here.
const shortAbandonMs = 3_000;
const pausedMs = 3_300;

const stops: Stop[] = [
  { title: `${claimed.title}, past its own time`, step: claimed, abandonMs: shortAbandonMs, charged: false },
  {
    title: `${sent.title}, past its own time`,
    // Answered while the sender is paused: the answer waits for it.
    step: { ...sent, hold: holdBySandbox({ on: "paid", delayMs: 700 }) },
    abandonMs: shortAbandonMs,
    charged: true,
  },
  { title: `${answered.title}, past its own time`, step: answered, abandonMs: shortAbandonMs, charged: true },
];

// As if the database's clock had run ahead: others take it for UNKNOWN while the sender believes in its time.
const leaseAlone: Stop = {
  title: `${claimed.title}, past its lease alone`,
  step: claimed,
  abandonMs: 120_000,
  charged: true,
};

/**
 * Pauses the sender with SIGSTOP past its lease and lets it go on. Meanwhile another process on the same ledger is asked
 * with the same key, and an operator says that nothing was charged; with SQLite another process is refused.
 */
export async function* pauseSenders(world: World): AsyncGenerator<Finding> {
  if (!world.ledger.shared) {
    for (const stop of stops) yield await pauseAlone(stop, aPurchase(refreshCompanyReport), world);
    return;
  }
  const other = await world.start();
  for (const stop of [...stops, leaseAlone]) {
    yield await pauseBeside(other, stop, aPurchase(refreshCompanyReport), world);
  }
  await other.crash();
}

async function pauseBeside(other: TestedService, stop: Stop, purchase: Purchase, world: World): Promise<Finding> {
  const { mutation } = purchase;
  const checks = new Checks();
  const before = await world.sandbox.count(mutation);
  const { sender, answer, goOn } = await pauseSender(stop, purchase, world);
  await world.ledger.endLeases();

  const meanwhile = await other.ask(purchase);
  checks.same("asked meanwhile", [meanwhile.kind, meanwhile.charge?.state], ["ChargeOutcomeUnknown", "UNKNOWN"]);
  const charge = await other.find(purchase);
  if (!charge) throw new Error("Expected the paused sender's charge on record, it is not");
  const verdict = await other.settle(charge, "NOT_CHARGED", null);
  checks.same("an operator's verdict", verdict.kind, "SettleProviderChargeSuccess");
  const denied = await other.ask(purchase);
  checks.same("asked after it", [denied.kind, denied.charge?.state], ["ChargeOutcomeUnknown", "NOT_CHARGED"]);

  await goOn();
  await answer;
  // The sender's own word takes the place of the operator's, also where it says the same.
  await until(async () => (await other.find(purchase))?.settledBy === null, "the sender's answer is on record");
  const end = await other.ask(purchase);
  const [kind, state] = stop.charged ? [mutation.success, "CHARGED"] : ["ChargeOutcomeUnknown", "NOT_CHARGED"];
  checks.same("asked in the end", [end.kind, end.charge?.state], [kind, state]);
  const overruled = /"level":50,.*"msg":"charge: the provider's answer overrules a verdict"/.test(sender.stdout());
  checks.same("whether the log says that a verdict was overruled", overruled, stop.charged);
  await sender.crash();

  const charges = (await world.sandbox.count(mutation)) - before;
  checks.same("charges at the sandbox", charges, stop.charged ? 1 : 0);
  const cells = [meanwhile.kind, `NOT_CHARGED${overruled ? ", overruled" : ""}`, tellEnd(end)];
  return { cells: [mutation.name, stop.title, String(charges), ...cells], violations: checks.violations };
}

async function pauseAlone(stop: Stop, purchase: Purchase, world: World): Promise<Finding> {
  const { mutation } = purchase;
  const checks = new Checks();
  const before = await world.sandbox.count(mutation);
  const { sender, answer, goOn } = await pauseSender(stop, purchase, world);

  const second = await whyRefused(world);
  checks.that(
    `Expected a second process to be refused the file, got: ${second}`,
    second.includes("another process has it open"),
  );
  await goOn();
  await answer;
  const { state } = await until(async () => {
    const charge = await sender.find(purchase);
    return charge?.state === "CHARGED" || charge?.state === "NOT_CHARGED" ? charge : null;
  }, "the sender's answer is on record");
  checks.same("its state after that", state, stop.charged ? "CHARGED" : "NOT_CHARGED");
  await sender.crash();
  const charges = (await world.sandbox.count(mutation)) - before;
  checks.same("charges at the sandbox", charges, stop.charged ? 1 : 0);

  // What was not sent in time was freed, by the sender itself: that alone may be sent now.
  const next = await world.start();
  const end = await next.ask(purchase);
  checks.same("asked in the end", [end.kind, end.replayed], [mutation.success, stop.charged]);
  checks.same("charges after that", (await world.sandbox.count(mutation)) - before, 1);
  await next.crash();
  const cells = [mutation.name, stop.title, String(charges), "second process refused", "", tellEnd(end)];
  return { cells, violations: checks.violations };
}

async function pauseSender({ step, abandonMs }: Stop, purchase: Purchase, world: World) {
  const { reached, release } = await step.hold([purchase.mutation], world);
  const times = { PAID_CALL_TIMEOUT_MS: "500", PAID_CALL_ABANDON_MS: String(abandonMs) };
  const sender = await world.start({ ...times, ...step.settings });
  const answer = sender.ask(purchase);
  await reached(sender);
  sender.kill("SIGSTOP");
  await release();
  await pause(pausedMs);
  const goOn = async () => {
    sender.kill("SIGCONT");
    if (step.settings.TEST_PAUSE_AT) sender.kill("SIGUSR2");
  };
  return { sender, answer, goOn };
}

async function whyRefused(world: World): Promise<string> {
  try {
    const service = await world.start();
    await service.crash();
    return "it started";
  } catch (error) {
    return String(error);
  }
}

function aPurchase(mutation: PaidMutation): Purchase {
  return { mutation, target: mutation.targetOf(Date.now()), idempotencyKey: `stop-${randomUUID()}` };
}

function tellEnd(outcome: Outcome): string {
  return outcome.replayed === undefined ? `${outcome.kind} (${outcome.charge?.state})` : tell(outcome);
}
