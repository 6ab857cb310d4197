import { randomBytes } from "node:crypto";
import { inspect, parseArgs } from "node:util";
import { endAllBuilt } from "../support/service-process.ts";
import type { Finding } from "./checks.ts";
import { killAt, killColumns } from "./kills.ts";
import { type LedgerPlace, makePostgresLedger, makeSqliteLedger } from "./ledger-place.ts";
import { paidMutations } from "./paid-mutations.ts";
import { killAtRandom, randomColumns } from "./random-kills.ts";
import { print, report } from "./report.ts";
import { steps } from "./steps.ts";
import { pauseSenders, stopColumns } from "./stops.ts";
import { openWorld, type World } from "./world.ts";

/**
 * `npm run test:crash`: kills and pauses the built service at each step of a charge and at random moments, and compares what
 * the sandbox charged with what the ledger says. `-- --rounds 100` kills more often, `-- --seed …` repeats a run's choices.
 */
const { values } = parseArgs({ options: { rounds: { type: "string", default: "20" }, seed: { type: "string" } } });
const rounds = Number(values.rounds);
const seed = values.seed ?? randomBytes(4).toString("hex");
const longestMs = 5 * 60_000 + rounds * 6_000;

const places: LedgerPlace[] = [];
let givenUp = false;
const beganMs = performance.now();
const timer = setTimeout(() => void giveUp(`it took longer than ${longestMs / 1000} s`), longestMs);
// Whatever is started in the very last moment is ended too: what this begins with, it does at once.
process.once("exit", () => void endAllBuilt());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void giveUp(`got ${signal}`));

try {
  process.exitCode = (await run()) === 0 ? 0 : 1;
} catch (error) {
  if (!givenUp) print(`\nCRASH TEST FAILED: ${inspect(error)}`);
  print(`Repeat with: npm run test:crash -- --rounds ${rounds} --seed ${seed}`);
  process.exitCode = 1;
} finally {
  clearTimeout(timer);
  await cleanUp();
}

async function run(): Promise<number> {
  if (!Number.isSafeInteger(rounds) || rounds < 0) throw new Error("--rounds: expected a whole number from 0");
  print(
    `Crash test: ${rounds} random rounds, seed ${seed}. A minute or so for each database, at most ${longestMs / 1000} s in all.`,
  );
  let violations = await runOn(makeSqliteLedger);

  const { TEST_DATABASE_URL } = process.env;
  if (TEST_DATABASE_URL) violations += await runOn(() => makePostgresLedger(TEST_DATABASE_URL));
  else print("\n!!! POSTGRESQL IS LEFT OUT: TEST_DATABASE_URL is not set. Only SQLite was tested. !!!");

  const tookS = Math.round((performance.now() - beganMs) / 1000);
  print(`\n${violations === 0 ? "No violation" : `${violations} VIOLATIONS`}, in ${tookS} s.`);
  print(`Repeat with: npm run test:crash -- --rounds ${rounds} --seed ${seed}`);
  return violations;
}

async function runOn(makeLedger: () => Promise<LedgerPlace>): Promise<number> {
  const make = async () => openWorld(await keep(makeLedger()));
  let violations = await tableOf("killed with SIGKILL at each step of a charge", killColumns, await make(), killAtAll);
  violations += await tableOf("the sender paused past its lease", stopColumns, await make(), pauseSenders);
  violations += await tableOf(`killed at random, seed ${seed}`, randomColumns, await make(), (world) =>
    killAtRandom({ seed, rounds }, world),
  );
  return violations;
}

async function* killAtAll(world: World): AsyncGenerator<Finding> {
  for (const step of steps) yield* await killAt(step, paidMutations, world);
}

// Each table has an account and a ledger of its own, so that one that breaks off leaves the next as it should be.
async function tableOf(
  title: string,
  columns: readonly string[],
  world: World,
  work: (world: World) => AsyncGenerator<Finding>,
): Promise<number> {
  const findings: Finding[] = [];
  try {
    for await (const finding of work(world)) findings.push(finding);
  } catch (error) {
    if (givenUp) throw error;
    findings.push({ cells: ["it broke off here"], violations: [inspect(error)] });
  }
  await endAllBuilt();
  return report(`${world.ledger.title}: ${title}`, columns, findings);
}

async function keep(making: Promise<LedgerPlace>): Promise<LedgerPlace> {
  const place = await making;
  places.push(place);
  if (givenUp) throw new Error("Expected nothing new to begin once it is given up");
  return place;
}

async function cleanUp(): Promise<void> {
  await endAllBuilt();
  for (const place of places.splice(0)) await place.remove();
}

async function giveUp(why: string): Promise<void> {
  givenUp = true;
  print(`\nCRASH TEST GIVEN UP: ${why}`);
  await cleanUp();
  process.exit(1);
}
