import { describe, expect, it } from "vitest";
import { JsonText, writeJson } from "../../../src/graphql/execution/json-text.ts";

describe("an answer with JSON in it", () => {
  it.each([
    [{ a: [1, "é\u2028", null, true, { b: undefined }], c: undefined, d: [undefined, () => 1] }],
    [{ at: new Date(0), "a b": { toJSON: () => "as it says" } }],
    [[]],
    [{}],
    [null],
    ["text"],
  ])("is written as JSON.stringify writes it: %j", (value) => {
    expect(writeJson(value)).toBe(JSON.stringify(value));
  });

  it("has it as it is", () => {
    expect(writeJson({ a: [new JsonText('{"b":1}'), 2] })).toBe('{"a":[{"b":1},2]}');
  });
});
