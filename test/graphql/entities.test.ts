import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SandboxProvider } from "../../src/sandbox/sandbox.ts";
import { type SandboxGraph, startSandboxGraph } from "../support/graph.ts";

const entitiesQuery = `query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Company { id name }
    ... on Verification { id state }
    ... on BusinessCreditReport { id status }
  }
}`;

const entities = [
  {
    type: "Company",
    provider: "credas",
    endpoint: "GET /api/v2/ci/companies/{id}",
    known: ["6510", "6511", "6512"],
    unknownId: (n: number) => String(700_000 + n),
    failing: "80502",
  },
  {
    type: "Verification",
    provider: "truework",
    endpoint: "GET /verification-requests/{id}/",
    known: ["vr_sandbox_completed_one_report", "vr_sandbox_COMPLETED_ONE_REPORT", "vr_sandbox_processing"],
    unknownId: (n: number) => `vr_nobody_${n}`,
    failing: "vr_sandbox_read_502",
  },
  {
    type: "BusinessCreditReport",
    provider: "youverify",
    endpoint: "GET /v2/api/identity/{id}",
    known: ["5a0db0510000000000000a01", "5a0db0510000000000000a02", "5a0db0510000000000000a03"],
    unknownId: (n: number) => `ffffffffffffffffffff${String(n).padStart(4, "0")}`,
    failing: "000000000000000000000502",
  },
] as const;

let graph: SandboxGraph;
beforeAll(async () => {
  graph = await startSandboxGraph();
});
beforeEach(() => graph.startOver());
afterAll(() => graph.close());

describe.each(entities)("$type representations", ({ type, provider, endpoint, known, unknownId, failing }) => {
  const represent = (ids: readonly unknown[]) => ({ representations: ids.map((id) => ({ __typename: type, id })) });
  const found = (id: string) => expect.objectContaining({ __typename: type, id });

  it("cost one call for one", async () => {
    const { data, errors } = await graph.ask(entitiesQuery, represent([known[0]]));

    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([found(known[0])]);
    expect(callsTo(graph.sandbox[provider])).toEqual([endpoint]);
  });

  it("are answered in the order asked, null where there is none, with one call each for 50", async () => {
    const ids = Array.from({ length: 50 }, (_, n) => known[n / 20] ?? unknownId(n));

    const { data, errors } = await graph.ask(entitiesQuery, represent(ids));

    expect(errors).toBeUndefined();
    expect(data._entities.map((entity: { id: string } | null) => entity?.id ?? null)).toEqual(
      ids.map((id) => (known.some((one) => one === id) ? id : null)),
    );
    expect(callsTo(graph.sandbox[provider])).toEqual(Array.from({ length: 50 }, () => endpoint));
  });

  it("cost one call per distinct id", async () => {
    const [first, second] = known;

    const { data } = await graph.ask(entitiesQuery, represent([first, second, first, first, second]));

    expect(data._entities).toEqual([first, second, first, first, second].map(found));
    expect(callsTo(graph.sandbox[provider])).toEqual([endpoint, endpoint]);
  });

  it("fail alone, at their own index", async () => {
    const { data, errors } = await graph.ask(entitiesQuery, represent([known[0], failing, known[1], unknownId(1)]));

    expect(data._entities).toEqual([found(known[0]), null, found(known[1]), null]);
    expect(errors).toEqual([
      expect.objectContaining({
        path: ["_entities", 1],
        extensions: expect.objectContaining({ code: "PROVIDER_UNAVAILABLE", provider: provider.toUpperCase() }),
      }),
    ]);
  });

  it("charge nothing", async () => {
    await graph.ask(entitiesQuery, represent([...known, failing]));

    expect(graph.sandbox[provider].charges()).toEqual([]);
  });
});

describe("entity representations", () => {
  it("may hold an id as an integer, and cost one call with the same id as text", async () => {
    const representations = [6510, "6510"].map((id) => ({ __typename: "Company", id }));

    const { data } = await graph.ask(entitiesQuery, { representations });

    expect(data._entities).toEqual([
      { __typename: "Company", id: "6510", name: "Larkspur Example Trading Limited" },
      { __typename: "Company", id: "6510", name: "Larkspur Example Trading Limited" },
    ]);
    expect(graph.sandbox.credas.calls()).toHaveLength(1);
  });

  it("of all three types may be mixed", async () => {
    const representations = entities.map(({ type, known }) => ({ __typename: type, id: known[0] }));

    const { data } = await graph.ask(entitiesQuery, { representations });

    expect(data._entities).toMatchObject(representations);
  });

  it("of one credit report in two spellings cost one call", async () => {
    const ids = ["5a0db0510000000000000a01", "5A0DB0510000000000000A01"];
    const representations = ids.map((id) => ({ __typename: "BusinessCreditReport", id }));

    const { data } = await graph.ask(entitiesQuery, { representations });

    expect(data._entities).toEqual([expect.objectContaining({ id: ids[0] }), expect.objectContaining({ id: ids[0] })]);
    expect(graph.sandbox.youverify.calls()).toHaveLength(1);
  });

  it.each([
    ["Company", "credas", "0"],
    ["Company", "credas", "-1"],
    ["Company", "credas", "../admin"],
    ["Company", "credas", "06510"],
    ["Verification", "truework", ".."],
    ["Verification", "truework", "a b"],
    ["BusinessCreditReport", "youverify", "5a0db0510000000000000a0"],
  ] as const)("of a %s that %s can't have, %o, are null without a call", async (__typename, provider, id) => {
    const { data, errors } = await graph.ask(entitiesQuery, { representations: [{ __typename, id }] });

    expect([data._entities, errors]).toEqual([[null], undefined]);
    expect(graph.sandbox[provider].calls()).toEqual([]);
  });

  it("share the call with the fields beside them", async () => {
    const query = `query Both($representations: [_Any!]!) {
      company(id: "6510") { name }
      companies(ids: ["6510"]) { name }
      _entities(representations: $representations) { ... on Company { name } }
    }`;

    const { data } = await graph.ask(query, { representations: [{ __typename: "Company", id: "6510" }] });

    const company = { name: "Larkspur Example Trading Limited" };
    expect(data).toEqual({ company, companies: [company], _entities: [company] });
    expect(graph.sandbox.credas.calls()).toHaveLength(1);
  });
});

function callsTo(provider: SandboxProvider): string[] {
  return provider.calls().map(({ method, template }) => `${method} ${template}`);
}
