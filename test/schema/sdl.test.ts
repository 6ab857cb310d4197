import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Graph, startGraph } from "../support/graph.ts";

describe("schema/diligence.graphql", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await startGraph();
  });
  afterAll(() => graph.close());

  it("is what the subgraph tells a router, byte for byte", async () => {
    const committed = await readFile("schema/diligence.graphql");

    const { data } = await graph.ask("{ _service { sdl } }");

    const same = committed.equals(Buffer.from(data._service.sdl));
    expect(same, "The graph has changed. Run `npm run schema:print`, review the difference and commit it.").toBe(true);
  });
});
