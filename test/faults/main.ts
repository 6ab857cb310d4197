import { parseArgs } from "node:util";
import { endAllBuilt } from "../support/service-process.ts";
import { closeClients } from "./client.ts";
import type { Findings } from "./findings.ts";
import { everyFault, misbehave } from "./misbehaviours.ts";
import { hangOne } from "./neighbours.ts";
import { bringDown } from "./outage.ts";
import { crowd } from "./rate.ts";

/**
 * `npm run test:faults`: the built service and the sandbox as processes, the sandbox misbehaving in each way there is while
 * clients read and buy. `-- --only neighbours --rounds 5` runs one scenario; `--down 10` shortens the outage to ten seconds.
 */
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "10" },
    down: { type: "string", default: "60" },
  },
});

const redisUrl = process.env.TEST_REDIS_URL;
const noRedis = async (): Promise<Findings> => ({
  lines: ["!!! LEFT OUT: TEST_REDIS_URL is not set !!!"],
  violations: [],
});

const scenarios: Record<string, [title: string, run: () => Promise<Findings>]> = {
  misbehaviours: ["every way a provider can misbehave", () => misbehave(everyFault)],
  neighbours: [
    "one provider hangs, the other two are measured",
    () =>
      hangOne({
        hung: "credas",
        rounds: Number(values.rounds),
        seconds: Number(values.seconds),
        perSecond: 40,
        timeoutMs: 3_000,
      }),
  ],
  outage: ["a provider is down for a while", () => bringDown(Number(values.down))],
  rate: [
    "500 Truework reads at once, in time for all",
    redisUrl ? () => crowd({ redisUrl, reads: 500, timeoutMs: 70_000, allFit: true }) : noRedis,
  ],
  crowd: [
    "500 Truework reads at once, with a deadline of 5 s",
    redisUrl ? () => crowd({ redisUrl, reads: 500, timeoutMs: 5_000, allFit: false }) : noRedis,
  ],
};

process.once("exit", () => void endAllBuilt());
let violations = 0;
try {
  for (const [name, [title, run]] of Object.entries(scenarios)) {
    if (values.only && values.only !== name) continue;
    process.stdout.write(`\n== ${name}: ${title}\n`);
    const findings = await run();
    for (const line of findings.lines) process.stdout.write(`${line}\n`);
    for (const violation of findings.violations) process.stdout.write(`VIOLATION: ${violation}\n`);
    violations += findings.violations.length;
  }
} finally {
  await endAllBuilt();
  await closeClients();
}
process.stdout.write(`\n${violations === 0 ? "No violation" : `${violations} VIOLATIONS`}\n`);
process.exitCode = violations === 0 ? 0 : 1;
