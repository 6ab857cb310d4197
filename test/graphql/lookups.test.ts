import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SandboxGraph, startSandboxGraph } from "../support/graph.ts";
import type { GraphAnswer, Json } from "../support/graph-answer.ts";

let graph: SandboxGraph;
beforeAll(async () => {
  graph = await startSandboxGraph();
});
beforeEach(() => graph.startOver());
afterAll(() => graph.close());

describe("one field under many aliases", () => {
  it.each([
    ["company", "credas", "6510"],
    ["verification", "truework", "vr_sandbox_processing"],
    ["businessCreditReport", "youverify", "5a0db0510000000000000a01"],
  ] as const)("%s asks %s once", async (field, provider, id) => {
    const aliases = Array.from({ length: 30 }, (_, n) => `a${n}: ${field}(id: "${id}") { id }`);

    const { data } = await graph.ask(`{ ${aliases.join("\n")} }`);

    expect(Object.values(data)).toEqual(aliases.map(() => ({ id })));
    expect(graph.sandbox[provider].calls()).toHaveLength(1);
  });

  it("asks again in the next request", async () => {
    await graph.ask(`{ company(id: "6510") { id } }`);
    await graph.ask(`{ company(id: "6510") { id } }`);

    expect(graph.sandbox.credas.calls()).toHaveLength(2);
  });
});

describe("companies", () => {
  const query = "query Companies($ids: [ID!]!) { companies(ids: $ids) { id } }";
  const idsFrom6500 = (count: number) => Array.from({ length: count }, (_, n) => String(6500 + n));
  const exists = (id: string) => Number(id) >= 6510 && Number(id) <= 6518;

  it("answers 100 ids in the order asked, null where there is none", async () => {
    const ids = idsFrom6500(100).reverse();

    const { data, errors } = await graph.ask(query, { ids });

    expect(errors).toBeUndefined();
    expect(data.companies).toEqual(ids.map((id) => (exists(id) ? { id } : null)));
    expect(graph.sandbox.credas.calls()).toHaveLength(100);
  });

  it("refuses 101 ids before any call", async () => {
    const { data, errors } = await graph.ask(query, { ids: idsFrom6500(101) });

    expect(data).toBeNull();
    expect(errors).toEqual([
      expect.objectContaining({
        message: "Expected at most 100 ids, got 101.",
        extensions: expect.objectContaining({ code: "BAD_USER_INPUT" }),
      }),
    ]);
    expect(graph.sandbox.credas.calls()).toEqual([]);
  });

  it("is empty for no ids", async () => {
    expect((await graph.ask(query, { ids: [] })).data).toEqual({ companies: [] });
  });

  it("fails only the company whose lookup failed", async () => {
    const { data, errors } = await graph.ask(query, { ids: ["6510", "80502", "6511"] });

    expect(data.companies).toEqual([{ id: "6510" }, null, { id: "6511" }]);
    expect(errors?.map(({ path }) => path)).toEqual([["companies", 1]]);
  });
});

describe("verifications", () => {
  const query = `query Page($first: Int! = 25, $after: String, $state: VerificationState) {
    verifications(first: $first, after: $after, state: $state) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id state } }
    }
  }`;

  it("goes through all of them page by page, each once", async () => {
    const ids: string[] = [];
    const pages: number[] = [];
    let after: string | null = null;
    do {
      const { data }: GraphAnswer<Json> = await graph.ask(query, { first: 15, after });
      const { edges, pageInfo, totalCount }: Json = data.verifications;
      expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges.at(0).cursor, edges.at(-1).cursor]);
      expect([pageInfo.hasPreviousPage, totalCount]).toEqual([after !== null, 32]);
      ids.push(...edges.map(({ node }: { node: { id: string } }) => node.id));
      pages.push(edges.length);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);

    expect(pages).toEqual([15, 15, 2]);
    expect(new Set(ids).size).toBe(32);
  });

  it("tells only those in the state asked for", async () => {
    const { data } = await graph.ask(query, { first: 100, state: "PENDING_APPROVAL" });

    const states = data.verifications.edges.map(({ node }: { node: { state: string } }) => node.state);
    expect(states.length).toBeGreaterThan(1);
    expect(new Set(states)).toEqual(new Set(["PENDING_APPROVAL"]));
  });

  it("has an empty page behind the last one", async () => {
    const { data: last } = await graph.ask(query, { first: 100 });

    const { data } = await graph.ask(query, { after: last.verifications.pageInfo.endCursor });

    expect(data.verifications.edges).toEqual([]);
    expect(data.verifications.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: null,
      endCursor: null,
    });
  });
});
