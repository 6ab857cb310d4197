import { describe, expect, it } from "vitest";
import { changing } from "../../../src/charge/purchase/changing.ts";
import { charged } from "../../support/ledger.ts";

describe("a paid call that may change an entity", () => {
  it("is sent when the entity is forgotten everywhere, and forgets it once more when the answer is there", async () => {
    const happened: string[] = [];
    const forgotten = Promise.withResolvers<void>();
    const forget = () => {
      happened.push("forget");
      return forgotten.promise;
    };
    const send = async () => {
      happened.push("send");
      return charged;
    };

    const outcome = changing(forget, send);
    await new Promise((soon) => setImmediate(soon));
    const before = [...happened];
    forgotten.resolve();

    expect(await outcome).toBe(charged);
    expect([before, happened]).toEqual([["forget"], ["forget", "send", "forget"]]);
  });

  it("keeps its answer waiting for no other instance: it has to get on record", async () => {
    let forgets = 0;
    const forget = () => (++forgets === 1 ? Promise.resolve() : new Promise<void>(() => {}));

    expect(await changing(forget, async () => charged)).toBe(charged);
    expect(forgets).toBe(2);
  });

  it("forgets after a call that ended in an error too", async () => {
    let forgets = 0;
    const forget = async () => void ++forgets;

    await expect(changing(forget, () => Promise.reject(new Error("ours")))).rejects.toThrow("ours");
    expect(forgets).toBe(2);
  });
});
