import { type Audit, audit } from "../crash/audit.ts";
import { Checks } from "../crash/checks.ts";
import type { LedgerPlace } from "../crash/ledger-place.ts";
import { paidMutations } from "../crash/paid-mutations.ts";
import type { TestedService } from "../crash/tested-service.ts";
import { openWorld } from "../crash/world.ts";
import { inTime, until } from "../support/until.ts";
import { type LoadFigures, startLoad } from "./load.ts";
import { startReadinessProxy } from "./readiness-proxy.ts";

export interface RollingFigures extends LoadFigures {
  restarts: number;
  /** How long each instance took from SIGTERM to its end, in milliseconds. */
  drainedInMs: number[];
  audit: Audit;
  violations: string[];
}

const clients = 8;
// Paid calls take long enough that some are always on their way when an instance is told to end.
const paidDelayMs = 400;
const settings = {
  DRAIN_WAIT_MS: "2000",
  // However slow the machine, nobody is to be told that a purchase or a read takes too long.
  PAID_CALL_TIMEOUT_MS: "60000",
  PROVIDER_TIMEOUT_MS: "60000",
};

/** Restarts two instances behind a proxy in turns, while clients read and buy, and compares what was charged with the ledger. */
export async function restartInTurns(
  ledger: LedgerPlace,
  restarts: number,
  tell: (line: string) => void = () => {},
): Promise<RollingFigures> {
  const world = await openWorld(ledger);
  for (const mutation of paidMutations) await world.sandbox.behave(mutation, { delayMs: paidDelayMs, on: "paid" });
  const proxy = await startReadinessProxy();
  const instances: TestedService[] = [];
  const add = async () => {
    const instance = await world.start(settings);
    await proxy.add(instance.url);
    instances.push(instance);
  };
  await Promise.all([add(), add()]);

  const load = startLoad(proxy.url, clients);
  const checks = new Checks();
  const drainedInMs: number[] = [];
  for (let restart = 1; restart <= restarts; restart += 1) {
    await moreAnswers(load.answered, 50);
    const leaving = instances.shift() as TestedService;
    const beganMs = performance.now();
    leaving.kill("SIGTERM");
    const { code } = await inTime("an instance drains", leaving.ended(), 150_000);
    drainedInMs.push(performance.now() - beganMs);
    proxy.remove(leaving.url);
    checks.same(`restart ${restart}: the code that the instance ended with`, code, 0);
    checks.that(`restart ${restart}: connections were cut`, !leaving.stdout().includes("connections were cut"));
    await add();
    tell(`restart ${restart}: drained in ${Math.round(drainedInMs.at(-1) ?? 0)} ms, ${load.answered()} answers so far`);
  }
  await moreAnswers(load.answered, 50);
  const figures = await load.stop();
  for (const failure of figures.failed) checks.broken(failure);

  const counted = await audit(world, instances[0] as TestedService, figures.purchases, checks);
  checks.same("charges, for so many keys", counted.charges, figures.purchases.length);
  checks.same("charges on record", counted.rows.CHARGED, figures.purchases.length);
  proxy.close();
  return { ...figures, restarts, drainedInMs, audit: counted, violations: checks.violations };
}

async function moreAnswers(answered: () => number, count: number): Promise<void> {
  const enough = answered() + count;
  await until(() => answered() >= enough, "requests are answered", 60_000);
}
