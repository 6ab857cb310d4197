import { readFileSync } from "node:fs";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { describe, expect, it } from "vitest";
import { ourSchema, subgraphSchema } from "../support/our-schema.ts";

describe("the graph", () => {
  it("breaks nothing that the contract promises", async () => {
    expect(await breakingChanges()).toEqual([]);
  });
});

/** Each breaking change as the place it is at; for a member or an interface, with its name behind a colon. */
async function breakingChanges(): Promise<{ place: string; message: string }[]> {
  const contract = subgraphSchema(readFileSync("test/fixtures/contract.graphql", "utf8"));
  const changes = await diff(contract, ourSchema);
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ path = "", message, meta }) => {
      const part = meta.removedUnionMemberTypeName ?? meta.removedInterfaceName;
      return { place: part ? `${path}: ${part}` : path, message };
    });
}
