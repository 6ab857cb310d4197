import { inspect, parseArgs } from "node:util";
import { makePostgresLedger } from "../crash/ledger-place.ts";
import { print } from "../crash/report.ts";
import { endAllBuilt } from "../support/service-process.ts";
import { restartInTurns } from "./rolling-restart.ts";

/** `npm run test:rolling`: restarts two instances in turns under load, ten times; `-- --restarts 50` for more. */
const { values } = parseArgs({ options: { restarts: { type: "string", default: "10" } } });
const { TEST_DATABASE_URL } = process.env;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void endAllBuilt().then(() => process.exit(1)));

if (!TEST_DATABASE_URL) {
  print("!!! LEFT OUT: TEST_DATABASE_URL is not set, and two instances need one PostgreSQL. !!!");
} else {
  const ledger = await makePostgresLedger(TEST_DATABASE_URL);
  try {
    const figures = await restartInTurns(ledger, Number(values.restarts), print);
    const { reads, purchases, failed, p50, p99, drainedInMs, audit, violations } = figures;
    const longestMs = Math.round(Math.max(...drainedInMs));
    print(`${figures.restarts} restarts, each drained within ${longestMs} ms`);
    print(`${reads} reads and ${purchases.length} purchases, each asked for twice: ${failed.length} failed`);
    print(`p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
    print(`${purchases.length} keys, ${audit.charges} charges at the providers, ${audit.rows.CHARGED} on record`);
    print(violations.length === 0 ? "No violation" : `${violations.length} VIOLATIONS\n${violations.join("\n")}`);
    process.exitCode = violations.length === 0 ? 0 : 1;
  } catch (error) {
    print(`ROLLING RESTART FAILED: ${inspect(error)}`);
    process.exitCode = 1;
  } finally {
    await endAllBuilt();
    await ledger.remove();
  }
}
