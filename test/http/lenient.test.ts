import { describe, expect, it } from "vitest";
import { z } from "zod";
import { listOf, section, text } from "../../src/http/lenient.ts";

const person = z.object({ name: text });

describe("what is read leniently of a provider's answer", () => {
  it.each([
    ["text", "Acme", "Acme"],
    ["empty text", "", ""],
    ["a number", 65.1, "65.1"],
    ["a number too large for one", Number.POSITIVE_INFINITY, null],
    ["null", null, null],
    ["another kind", { name: "Acme" }, null],
  ])("has %s as a text, or as none", (_what, sent, read) => {
    expect(person.parse({ name: sent })).toEqual({ name: read });
  });

  it("has no text where there is no such member, and fails for it as little", () => {
    expect(person.parse({})).toEqual({ name: undefined });
    expect(section({ person }).parse(7)).toBeNull();
  });

  it("has the readable items of a list, and none of what is no list", () => {
    const people = z.object({ people: listOf(z.object({ name: z.string() })) });

    expect(people.parse({ people: [{ name: "Ada" }, 7, { name: null }, null, { name: "Bea" }] })).toEqual({
      people: [{ name: "Ada" }, { name: "Bea" }],
    });
    for (const sent of [{}, { people: null }, { people: { name: "Ada" } }, { people: "Ada" }]) {
      expect(people.parse(sent)).toEqual({ people: [] });
    }
  });
});
