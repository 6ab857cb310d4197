import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Seal } from "../../src/cache/seal.ts";

const [key, nextKey] = [randomBytes(32), randomBytes(32)];
const text = { name: "Invented Example Limited", parts: Array.from({ length: 100 }, (_, i) => ({ i })) };

describe("a seal", () => {
  it("opens what it sealed, short and long", () => {
    const seal = new Seal([key]);

    for (const json of [null, [], { a: 1 }, text]) expect(seal.open(seal.seal(json, "here"), "here")).toEqual(json);
  });

  it("tells nothing of what it sealed, nor that it is the same again", () => {
    const seal = new Seal([key]);

    const [one, other] = [seal.seal({ name: "Invented" }, "here"), seal.seal({ name: "Invented" }, "here")];

    expect(one.toString("latin1")).not.toContain("Invented");
    expect(one.equals(other)).toBe(false);
  });

  it("takes less room than the text it seals", () => {
    expect(new Seal([key]).seal(text, "here").length).toBeLessThan(JSON.stringify(text).length / 2);
  });

  it("does not open what belongs elsewhere", () => {
    const seal = new Seal([key]);

    expect(seal.open(seal.seal(text, "company 1"), "company 2")).toBeUndefined();
  });

  it("does not open what was changed in any one byte, cut short, or never sealed", () => {
    const seal = new Seal([key]);
    const sealed = seal.seal({ a: 1 }, "here");

    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(seal.open(changed, "here")).toBeUndefined();
      expect(seal.open(sealed.subarray(0, i), "here")).toBeUndefined();
    }
    expect(seal.open(Buffer.from('{"a":1}'), "here")).toBeUndefined();
  });

  it("opens what the key before it sealed, while both are given, and seals with the first", () => {
    const [before, during, after] = [new Seal([key]), new Seal([nextKey, key]), new Seal([nextKey])];

    expect(during.open(before.seal(text, "here"), "here")).toEqual(text);
    expect(after.open(during.seal(text, "here"), "here")).toEqual(text);
    expect(after.open(before.seal(text, "here"), "here")).toBeUndefined();
  });

  it("names a thing alike each time, by each key, and without the thing", () => {
    const names = new Seal([nextKey, key]).names("company 6510");

    expect(names).toEqual([...new Seal([nextKey]).names("company 6510"), ...new Seal([key]).names("company 6510")]);
    expect(names.join()).not.toContain("6510");
    expect(names).not.toEqual(new Seal([nextKey, key]).names("company 6511"));
  });
});
