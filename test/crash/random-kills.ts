import { Random } from "../support/random.ts";
import { pause } from "../support/until.ts";
import { type Audit, audit } from "./audit.ts";
import { Checks, type Finding } from "./checks.ts";
import { type PaidMutation, type Purchase, paidMutations } from "./paid-mutations.ts";
import type { TestedService } from "./tested-service.ts";
import type { World } from "./world.ts";

export const randomColumns = [
  "round",
  "what happened",
  "keys",
  "charges",
  "CHARGED",
  "NOT_CHARGED",
  "UNKNOWN",
  "IN_PROGRESS",
];

export interface RandomKills {
  seed: string;
  rounds: number;
}

const clientsAtOnce = 4;
const asksPerClient = 5;

/** What a provider may do to a paid call meanwhile; the sandbox charges for some of these and not for others. */
const faults = ["server-error", "reset", "bad-gateway", "empty", "insufficient-funds", "too-many-requests", "conflict"];

type Mishap = "killed" | "killed, leases over" | "paused past its lease";

/** A service that is replaced when it is killed. */
interface Slot {
  service: Promise<TestedService>;
}

interface Run {
  world: World;
  seed: string;
  slots: Slot[];
  /** Every purchase that was ever asked for. */
  asked: Purchase[];
}

/**
 * Several clients ask with random keys, again and again, while the service is killed and started again at random moments
 * and the providers misbehave. With a shared ledger there are two services. After each round, and once more at the end
 * when every key was asked again in peace, the providers' charges are compared with the ledger.
 *
 * The seed repeats every choice; which instant of the service's work a kill hits depends on the machine as well.
 */
export async function* killAtRandom({ seed, rounds }: RandomKills, world: World): AsyncGenerator<Finding> {
  const slots = Array.from({ length: world.ledger.shared ? 2 : 1 }, () => ({ service: world.start() }));
  const run: Run = { world, seed, slots, asked: [] };
  for (let round = 1; round <= rounds; round++) yield await playRound(run, round);
  yield await askAllInPeace(run);
  for (const { service } of slots) await (await service).crash();
}

async function playRound(run: Run, round: number): Promise<Finding> {
  const choices = Random.named(`${run.seed} round ${round}`);
  for (const mutation of paidMutations) await misbehave(mutation, choices, run.world);
  const purchases = [...newPurchases(round, choices), ...someOf(run.asked, choices)];
  run.asked.push(...purchases.slice(0, newPerRound));

  const clients = Array.from({ length: clientsAtOnce }, (_, client) =>
    askOften(run, purchases, Random.named(`${run.seed} round ${round} client ${client}`)),
  );
  const mishaps: Mishap[] = [];
  for (let left = 1 + choices.below(2); left > 0; left--) {
    await pause(choices.below(400));
    mishaps.push(await doHarm(run, choices));
  }
  await Promise.all(clients);
  return look(run, String(round), mishaps.join("; "));
}

const newPerRound = 6;

function newPurchases(round: number, choices: Random): Purchase[] {
  return Array.from({ length: newPerRound }, (_, index) => {
    const mutation = choices.pick(paidMutations);
    const target = mutation.targetOf(round * newPerRound + index);
    return { mutation, target, idempotencyKey: `random-${round}-${index}` };
  });
}

function someOf(asked: Purchase[], choices: Random): Purchase[] {
  return asked.length === 0 ? [] : Array.from({ length: 3 }, () => choices.pick(asked));
}

async function misbehave(mutation: PaidMutation, choices: Random, { sandbox }: World): Promise<void> {
  const delayMs = choices.below(200);
  const fault = choices.oneIn(3) ? undefined : choices.pick(faults);
  await sandbox.behave(mutation, { on: "paid", delayMs, ...(fault !== undefined && { fault }) });
}

// A client asks with whatever key, sometimes hangs up, and when the connection breaks asks again, as a frontend should.
async function askOften({ slots }: Run, purchases: Purchase[], choices: Random): Promise<void> {
  for (let asks = 0; asks < asksPerClient; asks++) {
    const purchase = choices.pick(purchases);
    const patienceMs = choices.oneIn(4) ? 50 + choices.below(100) : 10_000;
    const service = await choices.pick(slots).service;
    const { kind } = await service.ask(purchase, AbortSignal.timeout(patienceMs));
    if (kind === "lost") await (await choices.pick(slots).service).ask(purchase, AbortSignal.timeout(10_000));
    await pause(choices.below(60));
  }
}

async function doHarm({ world, slots }: Run, choices: Random): Promise<Mishap> {
  const slot = choices.pick(slots);
  const service = await slot.service;
  const { shared } = world.ledger;
  if (shared && choices.oneIn(3)) {
    service.kill("SIGSTOP");
    await shared.endFreeLeases();
    await pause(choices.below(500));
    service.kill("SIGCONT");
    return "paused past its lease";
  }
  const leasesOver = choices.oneIn(2);
  slot.service = restart(service, world, leasesOver);
  await slot.service;
  return leasesOver ? "killed, leases over" : "killed";
}

async function restart(service: TestedService, world: World, leasesOver: boolean): Promise<TestedService> {
  await service.crash();
  if (leasesOver) await world.ledger.endLeases();
  return world.start();
}

async function askAllInPeace(run: Run): Promise<Finding> {
  const { world, slots, asked } = run;
  for (const mutation of paidMutations) await world.sandbox.behave(mutation, null);
  for (const slot of slots) await (await slot.service).crash();
  await world.ledger.endLeases();
  for (const slot of slots) slot.service = world.start();

  const checks = new Checks();
  for (const purchase of asked) {
    const service = await (slots[0] as Slot).service;
    const outcome = await service.ask(purchase);
    const again = await service.ask(purchase);
    const { success } = purchase.mutation;
    const asRuled = outcome.kind === success || outcome.kind === "ChargeOutcomeUnknown";
    checks.that(`${purchase.idempotencyKey}: expected a success or ChargeOutcomeUnknown, got ${outcome.kind}`, asRuled);
    checks.same(`${purchase.idempotencyKey} asked twice in peace`, again.kind, outcome.kind);
    if (outcome.kind === success) checks.same(`${purchase.idempotencyKey} asked again`, again.replayed, true);
  }
  return look(run, "in the end", "every key asked twice, in peace", checks);
}

async function look(
  { world, slots, asked }: Run,
  round: string,
  happened: string,
  checks = new Checks(),
): Promise<Finding> {
  const { keys, charges, rows }: Audit = await audit(world, await (slots[0] as Slot).service, asked, checks);
  const counts = [keys, charges, rows.CHARGED, rows.NOT_CHARGED, rows.UNKNOWN, rows.IN_PROGRESS];
  return { cells: [round, happened, ...counts.map(String)], violations: checks.violations };
}
