import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ListeningGraph, startListening } from "./listening-graph.ts";
import { post } from "./post.ts";
import { routerSecret, type Supergraph, startSupergraph } from "./supergraph.ts";

const gateways = ["@apollo/gateway", "Hive Gateway"] as const;

let supergraph: Supergraph<(typeof gateways)[number]>;
beforeAll(async () => {
  supergraph = await startSupergraph(...gateways);
}, 60_000);
afterAll(() => supergraph?.close());

let graph: ListeningGraph | undefined;
afterEach(() => graph?.close());

/** A service that nobody has asked yet, behind both gateways. */
async function freshService(): Promise<ListeningGraph> {
  graph = await startListening();
  supergraph.tap.turnTo(graph.url);
  supergraph.tap.take();
  return graph;
}

const names = new Map([
  ["6510", "Larkspur Example Trading Limited"],
  ["6511", "Marigold Example Bakery Limited"],
  ["6512", "Nettle Example Holdings Limited"],
]);

/** So many different companies, a few of which exist, and after them half of them once more in another order. */
function idsWithDuplicates(distinct: number): string[] {
  const ids = [...names.keys(), ...Array.from({ length: distinct }, (_, index) => String(7_000_000 + index))];
  const different = ids.slice(0, distinct);
  return [...different, ...different.filter((_, index) => index % 2 === 0).toReversed()];
}

describe.each([1, 2, 50, 500])("a hop with %i different companies, half of them twice", (distinct) => {
  const ids = idsWithDuplicates(distinct);
  const expected = ids.map((id) => ({ id, name: names.get(id) ?? null }));

  it.each(gateways)(
    "is one _entities request and one provider call per company, in the order asked: %s",
    async (name) => {
      const { calls } = await freshService();

      const query = "query Loans($ids: [ID!]!) { loansTo(companyIds: $ids) { borrower { id name } } }";
      const { data, errors } = await post(supergraph.urls[name], {}, query, { ids });

      expect(errors).toBeUndefined();
      expect(data.loansTo.map(({ borrower }: { borrower: object }) => borrower)).toEqual(expected);
      expect(supergraph.tap.take().map((asked) => asked.query.includes("_entities"))).toEqual([true]);
      expect(calls()).toEqual(Array(distinct).fill("GET /api/v2/ci/companies/{id}"));
    },
  );

  it("is one provider call per company, in the order asked: asked straight, duplicates and all", async () => {
    const { calls } = await freshService();

    const query = "query($all: [_Any!]!) { _entities(representations: $all) { ... on Company { id name } } }";
    const all = ids.map((id) => ({ __typename: "Company", id }));
    const { data } = await post(supergraph.subgraphUrl, { "router-authorization": routerSecret }, query, { all });

    const found = expected.map((company) => (company.name === null ? null : company));
    expect(data._entities).toEqual(found);
    expect(calls()).toEqual(Array(distinct).fill("GET /api/v2/ci/companies/{id}"));
  });
});

describe.each(gateways)("%s", (name) => {
  const ask = (query: string, headers = {}) => post(supergraph.urls[name], headers, query);

  it("passes a request's id and trace on to the subgraph, and shows the router's secret instead of the client's", async () => {
    await freshService();
    const id = "01234567-89ab-4def-8123-456789abcdef";
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const headers = { "x-request-id": id, traceparent, authorization: "Bearer x", "router-authorization": "guessed" };

    const { errors } = await ask('{ company(id: "80500") { name } }', headers);

    const [asked] = supergraph.tap.take();
    expect(asked?.headers).toMatchObject({
      "x-request-id": id,
      traceparent,
      authorization: "Bearer x",
      "router-authorization": routerSecret,
    });
    expect(errors).toMatchObject([{ extensions: { code: "PROVIDER_UNAVAILABLE", requestId: id } }]);
  });

  it("tells the code of a refused field at its place", async () => {
    await freshService();

    const { data, errors } = await ask('{ company(id: "6510") { name } verifications(first: 1000) { totalCount } }');

    expect(data).toEqual({ company: { name: names.get("6510") }, verifications: null });
    expect(errors).toMatchObject([{ path: ["verifications"], extensions: { code: "BAD_USER_INPUT" } }]);
  });
});

describe("an operation with more paid mutations than one may have", () => {
  const fields = Array.from(
    { length: 6 },
    (_, index) =>
      `m${index}: refreshCompanyReport(input: { companyId: "6511", idempotencyKey: "k${index}" }) { __typename }`,
  );
  const query = `mutation { ${fields.join(" ")} }`;

  it("is refused through @apollo/gateway, which sends it whole, and nothing is charged", async () => {
    const { charges } = await freshService();

    const { errors } = await post(supergraph.urls["@apollo/gateway"], {}, query);

    expect(supergraph.tap.take()).toHaveLength(1);
    const [{ extensions }] = errors as unknown as [{ extensions: { response: { status: number; body: object } } }];
    expect(extensions.response).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: "TOO_MANY_PAID_FIELDS" } }] },
    });
    expect(charges()).toBe(0);
  });

  // It is for the router to bound what one operation may cost there: docs/supergraph.md.
  it("gets by through Hive Gateway, which sends each mutation on its own", async () => {
    const { charges } = await freshService();

    const { errors } = await post(supergraph.urls["Hive Gateway"], {}, query);

    expect(supergraph.tap.take()).toHaveLength(6);
    expect(errors).toBeUndefined();
    expect(charges()).toBe(6);
  });
});
