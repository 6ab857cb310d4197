import { type AuditResult, auditServer } from "graphql-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Graph, startGraph } from "../support/graph.ts";

/** The recommendations that are not followed; docs/security.md has the reason for each. */
const deliberate = [
  // A GET without a preflight is what a foreign page can send.
  "notice 5A70",
  "notice D6D5",
  "notice 6A70",
  // What can't be run is HTTP 400 whatever is accepted, so that it is seen where only statuses are looked at.
  "warn 572B",
  "warn FDE2",
  "warn 7B9B",
];

describe("the audits of GraphQL over HTTP", () => {
  let graph: Graph;
  let results: AuditResult[];
  beforeAll(async () => {
    graph = await startGraph();
    const address = await graph.server.listen({ host: "127.0.0.1", port: 0 });
    results = await auditServer({ url: `${address}/graphql`, fetchFn: fetch });
  });
  afterAll(() => graph.close());

  it("find no error among the 61", () => {
    expect(results).toHaveLength(61);
    expect(results.filter(({ status }) => status === "error").map(describeResult)).toEqual([]);
  });

  it("warn of nothing but what is deliberate", () => {
    const others = results.filter(({ status }) => status === "warn" || status === "notice");

    expect(others.map(({ status, id }) => `${status} ${id}`).toSorted()).toEqual(deliberate.toSorted());
  });
});

function describeResult({ id, name }: AuditResult): string {
  return `${id} ${name}`;
}
