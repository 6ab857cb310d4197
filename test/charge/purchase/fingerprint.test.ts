import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/charge/purchase/fingerprint.ts";

const [, ofNothing] = fingerprint({}).split(":");

describe("a fingerprint", () => {
  // Kept for ever beside each key: a change of these is a change of every key that was ever used.
  it.each([
    [{}, "{}"],
    [{ companyId: "6510" }, '{"companyId":"6510"}'],
    [
      { b: null, metadata: { z: [1, null, true], é: "\u20ac\n", a: 1e21 } },
      '{"metadata":{"a":1e+21,"z":[1,null,true],"é":"€\\n"}}',
    ],
    [{ numbers: [1e9 / 3, 4.5, 2e-3, 1e-27] }, '{"numbers":[333333333.3333333,4.5,0.002,1e-27]}'],
  ])("of %o is what it has always been", (input, canonical) => {
    expect(fingerprint(input)).toBe(`1:${createHash("sha256").update(canonical).digest("hex")}`);
  });

  it("is a version and a SHA-256", () => {
    expect(fingerprint({ a: 1 })).toMatch(/^1:[0-9a-f]{64}$/);
  });

  it.each([
    ["the order of members", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["the order of members further down", { m: { a: [{ x: 1, y: 2 }] } }, { m: { a: [{ y: 2, x: 1 }] } }],
    ["a null at the top", { a: 1 }, { a: 1, b: null }],
    ["an undefined at the top", { a: 1 }, { a: 1, b: undefined }],
    ["how a number is written", { a: 1e2, b: 0.1 }, { a: 100, b: 1e-1 }],
    ["the sign of zero", { a: 0 }, { a: -0 }],
    ["how a letter is escaped", { a: "\u00fc\u{1f600}" }, { a: "ü😀" }],
  ])("does not tell apart %s", (_, one, other) => {
    expect(fingerprint(one)).toBe(fingerprint(other));
  });

  it.each([
    ["values", { a: 1 }, { a: 2 }],
    ["names", { a: 1 }, { b: 1 }],
    ["a number and its text", { a: 1 }, { a: "1" }],
    ["upper and lower case", { a: "x" }, { a: "X" }],
    ["blanks", { a: "x" }, { a: "x " }],
    ["leading zeros", { a: "01" }, { a: "1" }],
    ["the order of a list", { a: [1, 2] }, { a: [2, 1] }],
    ["a null further down and nothing", { m: { a: null } }, { m: {} }],
    ["an empty object and nothing", { m: {} }, {}],
    ["a list and its only member", { a: [1] }, { a: 1 }],
    ["composed and decomposed letters", { a: "\u00fc" }, { a: "u\u0308" }],
    ["members that run together", { a: "b", c: "d" }, { a: 'b","c":"d' }],
    ["true and its text", { a: true }, { a: "true" }],
  ])("tells apart %s", (_, one, other) => {
    expect(fingerprint(one)).not.toBe(fingerprint(other));
  });

  it("leaves out a member at its default, so that one added later changes nothing", () => {
    const defaults = { mode: "ASYNC", depth: 1 };

    expect(fingerprint({ a: 1, mode: "ASYNC", depth: 1 }, defaults)).toBe(fingerprint({ a: 1 }));
    expect(fingerprint({ a: 1, mode: "SYNC" }, defaults)).not.toBe(fingerprint({ a: 1 }));
    expect(fingerprint({ m: { mode: "ASYNC" } }, defaults).split(":")[1]).not.toBe(ofNothing);
  });
});
