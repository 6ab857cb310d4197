import { afterAll, describe, expect, it } from "vitest";
import { redisServer } from "../support/redis-server.ts";
import { endAllBuilt } from "../support/service-process.ts";
import { closeClients } from "./client.ts";
import { misbehave } from "./misbehaviours.ts";
import { hangOne } from "./neighbours.ts";
import { bringDown } from "./outage.ts";
import { crowd } from "./rate.ts";

// The short form of `npm run test:faults`. Figures are printed and not judged: a busy machine is no fault.

const patience = 90_000;

// Processes that mostly wait, each test with its own.
describe.concurrent("clients of a provider that misbehaves", { timeout: patience }, () => {
  afterAll(async () => {
    await endAllBuilt();
    await closeClients();
  });

  it.each([
    ["credas", ["server-error", "redirect", "huge", "empty"]],
    ["truework", ["truncated", "without-id", "hung", "dripping"]],
    ["youverify", ["reset", "html", "no-content"]],
  ] as const)("get the right code and no second charge: %s", async (provider, faults) => {
    const { lines, violations } = await misbehave(faults, [provider]);

    print(lines);
    expect(violations).toEqual([]);
  });

  it("get every answer of the other two while one hangs", async () => {
    // With a deadline that a machine which stalls keeps too.
    const short = { rounds: 1, seconds: 1, perSecond: 20, timeoutMs: 6_000 };
    const { lines, violations } = await hangOne({ hung: "credas", ...short });

    print(lines);
    expect(violations).toEqual([]);
  });

  it("go on getting what was read before while one is down", async () => {
    const { lines, violations } = await bringDown(2);

    print(lines);
    expect(violations).toEqual([]);
  });

  // Judged by windows of three seconds: those of one, by which the whole suite judges, a busy machine can fill by holding
  // up the sandbox for 200 ms.
  it.runIf(redisServer)("never make two instances together exceed Truework's limit", async () => {
    const few = { reads: 33, timeoutMs: 30_000, allFit: true, judgedSeconds: 3 };
    const { lines, violations } = await crowd({ redisUrl: redisServer!, ...few });

    print(lines);
    expect(violations).toEqual([]);
  });
});

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
