import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";

describe("graphql-eslint", () => {
  it("has nothing against the graph, nor against the operations", { timeout: 60_000 }, async () => {
    const results = await new ESLint().lintFiles(["schema"]);

    expect(results.length).toBeGreaterThan(10);
    expect(
      results.flatMap(({ filePath, messages }) => messages.map(({ message }) => `${filePath}: ${message}`)),
    ).toEqual([]);
  });
});
