import { describe, expect, it } from "vitest";
import { CallLog } from "../../src/sandbox/call-log.ts";

describe("call log", () => {
  it("keeps the last 100 000 calls in order, and counts the rest", () => {
    let now = 0;
    const log = new CallLog(() => now);

    for (; now < 100_010; now += 1) {
      log.begin("GET", "/somewhere");
      log.end();
    }

    const calls = log.list();
    expect(calls).toHaveLength(100_000);
    expect(Date.parse(calls.at(0)?.at ?? "")).toBe(10);
    expect(Date.parse(calls.at(-1)?.at ?? "")).toBe(100_009);
    expect([log.count(), log.byTemplate()]).toEqual([100_010, { "GET /somewhere": 100_010 }]);
    expect(log.atOnce()).toBe(1);
  });
});
