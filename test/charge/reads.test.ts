import { readdirSync, readFileSync } from "node:fs";
import { getIntrospectionQuery, parse, print } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../support/graph-answer.ts";
import { graphOn } from "../support/graph-on-ledger.ts";
import { aKey } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { fieldsOf, ourTypes } from "../support/our-schema.ts";
import { paidMutations, pay } from "../support/paid-mutations.ts";

const operations = readdirSync("schema/operations").map((name) =>
  parse(readFileSync(`schema/operations/${name}`, "utf8")),
);
const definitions = operations.flatMap((document) => document.definitions);
const fragments = definitions
  .filter(({ kind }) => kind === "FragmentDefinition")
  .map(print)
  .join("\n");
const queries = definitions.flatMap((one) =>
  one.kind === "OperationDefinition" && one.operation === "query" ? [[one.name?.value ?? "", print(one)] as const] : [],
);

const entities = ["Company", "Verification", "BusinessCreditReport", "ProviderCharge"];

describeOnEachDatabase("what only reads", (kind) => {
  const graph = graphOn(kind);
  let bought: Json[];
  // What was bought before must not be bought again by looking at it.
  beforeAll(async () => {
    bought = [];
    for (const mutation of paidMutations)
      bought.push(await pay(graph(), mutation, { ...mutation.input, idempotencyKey: aKey() }));
    graph().startOver();
  });

  const ids = () => ({
    Company: "6510",
    Companies: ["6510", "6511", "90402", "1"],
    Verification: "vr_sandbox_completed_sync",
    BusinessCreditReport: "5a0db0510000000000000a01",
    CompanyCreditReports: "6510",
    ProviderCharge: bought[0].charge.id,
  });
  const expectNothingPaid = () => expect([graph().paidCalls(), graph().charges()]).toEqual([0, []]);

  it.each(queries)("query %s calls no paid endpoint", async (name, query) => {
    const given = (ids() as Json)[name];
    const used = usedFragments(query);

    const { data, errors } = await graph().ask(
      `${query} ${used}`,
      Array.isArray(given) ? { ids: given } : { id: given },
    );

    expect(errors).toBeUndefined();
    expect(Object.values(data)[0]).not.toBeNull();
    expectNothingPaid();
  });

  it("covers every query there is, and every entity", () => {
    const asked = queries.flatMap(([, query]) => [...query.matchAll(/^ {2}(\w+)/gm)].map(([, field]) => field));
    const keyed = ourTypes.filter(({ directives }) => directives?.some(({ name }) => name.value === "key"));

    expect(new Set(asked)).toEqual(new Set(fieldsOf("Query").map(({ name }) => name.value)));
    expect(keyed.map(({ name }) => name.value).toSorted()).toEqual(entities.toSorted());
  });

  it("_entities call no paid endpoint, whatever the representation holds beside the key", async () => {
    const extra = { idempotencyKey: "k", input: { companyId: "6510" }, replayed: true, report: null };
    const representations = [
      { __typename: "Company", id: "6510", ...extra },
      { __typename: "Company", id: "90500", ...extra },
      { __typename: "Verification", id: "vr_sandbox_completed_sync", ...extra },
      { __typename: "BusinessCreditReport", id: "5a0db0510000000000000a01", ...extra },
      { __typename: "ProviderCharge", id: bought[1].charge.id, ...extra },
    ];

    const { data } = await graph().ask(
      `query E($representations: [_Any!]!) { _entities(representations: $representations) {
         __typename
         ... on Company { name report { fetchedAt document } creditReports { edges { node { id status } } } }
         ... on Verification { state reports { id } reverification { verdict } }
         ... on BusinessCreditReport { reportStatus: status metadata }
         ... on ProviderCharge { chargeState: state }
       } }`,
      { representations },
    );

    expect(data._entities.map((entity: Json) => entity?.__typename)).toEqual(
      representations.map((one) => one.__typename),
    );
    expectNothingPaid();
  });

  it("introspection and the SDL call nobody at all", async () => {
    expect((await graph().ask(getIntrospectionQuery())).errors).toBeUndefined();
    expect(
      (await graph().ask('{ _service { sdl } __type(name: "Mutation") { fields { name } } }')).errors,
    ).toBeUndefined();

    const { credas, truework, youverify } = graph().sandbox;
    expect([credas, truework, youverify].flatMap((provider) => provider.calls())).toEqual([]);
  });

  it("as many aliases of every read as an operation may have call no paid endpoint", async () => {
    const fields = Array.from({ length: 16 }, (_, i) => [
      `c${i}: company(id: "${6510 + (i % 9)}") { id creditReports { edges { cursor node { id } } } }`,
      `v${i}: verification(id: "vr_sandbox_completed_sync") { id }`,
      `p${i}: providerCharges(first: 1) { edges { node { id } } }`,
    ]);

    const { errors } = await graph().ask(`{ ${fields.flat().join("\n")} }`);

    expect(errors).toBeUndefined();
    expectNothingPaid();
  });

  describe.each(paidMutations)("$field", ({ field, input, inputType }) => {
    const literal = `${field}(input: ${asLiteral({ ...input, idempotencyKey: "a-read" })}) { __typename }`;
    const preflighted = { "apollo-require-preflight": "true" };

    it.each([
      [
        "by GET",
        () => ({ method: "GET" as const, url: `/graphql?query=${encodeURIComponent(`mutation { ${literal} }`)}` }),
      ],
      [
        "by GET beside a query",
        () => ({
          method: "GET" as const,
          url: `/graphql?operationName=M&query=${encodeURIComponent(`query Q { __typename } mutation M { ${literal} }`)}`,
        }),
      ],
      [
        "by HEAD",
        () => ({ method: "HEAD" as const, url: `/graphql?query=${encodeURIComponent(`mutation { ${literal} }`)}` }),
      ],
      ["by PUT", () => ({ method: "PUT" as const, url: "/graphql", payload: { query: `mutation { ${literal} }` } })],
      ["as a query", () => ({ method: "POST" as const, url: "/graphql", payload: { query: `query { ${literal} }` } })],
      [
        "as a subscription",
        () => ({ method: "POST" as const, url: "/graphql", payload: { query: `subscription { ${literal} }` } }),
      ],
      [
        "in a fragment on Query",
        () => ({
          method: "POST" as const,
          url: "/graphql",
          payload: { query: `query { ...F } fragment F on Mutation { ${literal} }` },
        }),
      ],
      [
        "in a batch",
        () => ({ method: "POST" as const, url: "/graphql", payload: [{ query: `mutation { ${literal} }` }] }),
      ],
      [
        "that is not the operation asked for",
        () => ({
          method: "POST" as const,
          url: "/graphql",
          payload: { operationName: "Q", query: `query Q { __typename } mutation M { ${literal} }` },
        }),
      ],
      [
        "that is skipped",
        () => ({
          method: "POST" as const,
          url: "/graphql",
          payload: { query: `mutation { __typename a: ${literal.replace(" {", " @skip(if: true) {")} }` },
        }),
      ],
      [
        "without its input",
        () => ({
          method: "POST" as const,
          url: "/graphql",
          payload: { query: `mutation M($input: ${inputType}!) { ${field}(input: $input) { __typename } }` },
        }),
      ],
      [
        "with a member that there is not",
        () => ({
          method: "POST" as const,
          url: "/graphql",
          payload: { query: `mutation { ${literal.replace("idempotencyKey", "extra: 1, idempotencyKey")} }` },
        }),
      ],
      [
        "with a selection that there is not",
        () => ({
          method: "POST" as const,
          url: "/graphql",
          payload: { query: `mutation { ${literal.replace("__typename", "nothing")} }` },
        }),
      ],
    ])("%s is not paid for", async (_, request) => {
      await graph().server.inject({ headers: preflighted, ...request() });

      expectNothingPaid();
    });
  });

  it("a paid mutation as it should be is paid for, so the counting works", async () => {
    const [{ field, input }] = paidMutations;

    await graph().ask(
      `mutation { ${field}(input: ${asLiteral({ ...input, idempotencyKey: aKey() })}) { __typename } }`,
    );

    expect(graph().paidCalls()).toBe(1);
  });
});

function usedFragments(query: string): string {
  const all = parse(fragments).definitions;
  const found = new Set<string>();
  const collect = (text: string) => {
    for (const [, name] of text.matchAll(/\.\.\.(\w+)/g)) {
      const fragment = all.find((one) => one.kind === "FragmentDefinition" && one.name.value === name);
      if (!fragment || found.has(print(fragment))) continue;
      found.add(print(fragment));
      collect(print(fragment));
    }
  };
  collect(query);
  return [...found].join("\n");
}

function asLiteral(input: object): string {
  return `{ ${Object.entries(input)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(", ")} }`;
}
