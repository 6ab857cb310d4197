import { type DocumentNode, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { createDocumentStore } from "../../src/graphql/document-store.ts";

const aDocument = (n: number, length = 0): DocumentNode => parse(`query Q${n} { a } #${"x".repeat(length)}`);

describe("the store of documents", () => {
  it("remembers what came lately, until it is told to forget", async () => {
    const store = createDocumentStore();
    const document = aDocument(1);
    await store.set("a", document);

    const remembered = await store.get("a");
    await store.delete("a");

    expect(remembered).toBe(document);
    expect(await store.get("a")).toBeUndefined();
  });

  it.each([
    ["many documents", 1_500, 0, 1_000],
    ["few long ones", 30, 100_000, 9],
  ])("has room for so much of %s, and forgets what was used least lately", async (_, count, length, most) => {
    const store = createDocumentStore();
    for (let n = 0; n < count; n += 1) await store.set(`key ${n}`, aDocument(n, length));

    const kept = await Promise.all(Array.from({ length: count }, (_, n) => store.get(`key ${n}`)));

    expect(kept.filter(Boolean)).toHaveLength(most);
    expect(kept.at(-1)).toBeDefined();
  });
});
