import { afterAll, afterEach, describe, expect, it } from "vitest";
import { redisServer } from "../support/redis-server.ts";
import { endAllBuilt } from "../support/service-process.ts";
import { closeClients } from "./client.ts";
import { misbehave } from "./misbehaviours.ts";
import { hangOne } from "./neighbours.ts";
import { crowd } from "./rate.ts";

// The short form of `npm run test:faults`. Figures are printed and not judged: a busy machine is no fault.

const patience = 60_000;

describe("clients of a provider that misbehaves", { timeout: patience }, () => {
  afterEach(() => endAllBuilt());
  afterAll(() => closeClients());

  it.each([
    ["credas", ["server-error", "redirect", "huge", "empty", "dripping"]],
    ["truework", ["unauthorized", "truncated", "without-id"]],
    ["youverify", ["reset", "html", "no-content", "hung"]],
  ] as const)("get the right code and no second charge: %s", async (provider, faults) => {
    const { lines, violations } = await misbehave(faults, [provider]);

    print(lines);
    expect(violations).toEqual([]);
  });

  it("get every answer of the other two while one hangs", async () => {
    const { lines, violations } = await hangOne({ hung: "credas", rounds: 1, seconds: 1, perSecond: 20 });

    print(lines);
    expect(violations).toEqual([]);
  });

  it.runIf(redisServer)(
    "never make two instances together call Truework more than ten times in any second",
    async () => {
      const { lines, violations } = await crowd({ redisUrl: redisServer!, reads: 24, timeoutMs: 30_000, allFit: true });

      print(lines);
      expect(violations).toEqual([]);
    },
  );
});

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
