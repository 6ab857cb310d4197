import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GuardedGraph, paidMutations, startGuardedGraph } from "../support/guarded-graph.ts";
import { everyScope } from "../support/tokens.ts";

let graph: GuardedGraph;
beforeAll(async () => {
  graph = await startGuardedGraph();
});
beforeEach(() => graph.startOver());
afterAll(() => graph.close());

const without = (...missing: string[]) => ({ scopes: everyScope.filter((scope) => !missing.includes(scope)) });
const forbidden = (path: (string | number)[], scope: string) =>
  expect.objectContaining({
    message: `This needs the scope ${scope}.`,
    path,
    extensions: { code: "FORBIDDEN", requestId: expect.any(String) },
  });

let keys = 0;
const aKey = () => `scopes-${++keys}`;

describe("a root field", () => {
  const reads: [string, string, string][] = [
    ["company", "company:read", 'company(id: "6510") { id }'],
    ["companies", "company:read", 'companies(ids: ["6510"]) { id }'],
    ["verification", "verification:read", 'verification(id: "vr_sandbox_completed_one_report") { id }'],
    ["verifications", "verification:read", "verifications { totalCount }"],
    ["businessCreditReport", "credit-report:read", 'businessCreditReport(id: "5a0db0510000000000000a01") { id }'],
    ["providerCharge", "charge:read", 'providerCharge(id: "11111111-1111-4111-8111-111111111111") { id }'],
    ["providerCharges", "charge:read", "providerCharges { edges { node { id } } }"],
  ];

  it.each(reads)("without its scope is FORBIDDEN and asks nobody: %s", async (name, scope, selection) => {
    const { data, errors } = await graph.ask(`{ ${selection} }`, {}, without(scope));

    expect([data, errors]).toEqual([name === "companies" ? null : { [name]: null }, [forbidden([name], scope)]]);
    expect(graph.calls()).toEqual([]);
  });

  it.each(reads)("needs no other scope: %s", async (_, scope, selection) => {
    const { errors } = await graph.ask(`{ ${selection} }`, {}, { scopes: [scope] });

    expect(errors).toBeUndefined();
  });

  it("without its scope fails on its own path, and the rest is answered", async () => {
    const query = `{
      renamed: verification(id: "vr_sandbox_completed_one_report") { state }
      company(id: "6510") { name }
      businessCreditReport(id: "5a0db0510000000000000a01") { status }
    }`;

    const { data, errors } = await graph.ask(query, {}, without("verification:read"));

    expect(data).toEqual({
      renamed: null,
      company: { name: "Larkspur Example Trading Limited" },
      businessCreditReport: { status: "FOUND" },
    });
    expect(errors).toEqual([forbidden(["renamed"], "verification:read")]);
    expect(graph.calls().filter((call) => call.includes("verification"))).toEqual([]);
  });

  it("of a paid mutation without its scope is FORBIDDEN, asks nobody and leaves nothing on the ledger", async () => {
    const scopeOf = {
      refreshCompanyReport: "company:refresh",
      reverifyVerification: "verification:reverify",
      requestBusinessCreditReport: "credit-report:request",
    };
    for (const [name, scope] of Object.entries(scopeOf)) {
      const field = paidMutations[name as keyof typeof paidMutations](aKey());
      const { data, errors } = await graph.ask(`mutation { ${field} { __typename } }`, {}, without(scope));

      expect([data, errors]).toEqual([{ [name]: null }, [forbidden([name], scope)]]);
    }
    expect([graph.calls(), await graph.charged()]).toEqual([[], { providers: 0, ledger: 0 }]);
  });

  it("that settles a charge needs charge:settle", async () => {
    const { errors } = await graph.ask(
      'mutation { settleProviderCharge(input: { chargeId: "1", outcome: CHARGED, note: "n" }) { __typename } }',
      {},
      without("charge:settle"),
    );

    expect(errors).toEqual([forbidden(["settleProviderCharge"], "charge:settle")]);
  });
});

describe("a field of an entity", () => {
  it("without its own scope fails alone", async () => {
    const query = '{ company(id: "6510") { name creditReports { edges { cursor } } } }';

    const { data, errors } = await graph.ask(query, {}, without("credit-report:read"));

    expect(data).toEqual({ company: { name: "Larkspur Example Trading Limited", creditReports: null } });
    expect(errors).toEqual([forbidden(["company", "creditReports"], "credit-report:read")]);
  });
});

describe("_entities", () => {
  const representations = [
    { __typename: "Company", id: "6510" },
    { __typename: "Verification", id: "vr_sandbox_completed_one_report" },
    { __typename: "BusinessCreditReport", id: "5a0db0510000000000000a01" },
    { __typename: "ProviderCharge", id: "11111111-1111-4111-8111-111111111111" },
  ];
  const query = `query($representations: [_Any!]!) { _entities(representations: $representations) {
    __typename ... on Company { id } ... on Verification { id } ... on BusinessCreditReport { id } ... on ProviderCharge { id }
  } }`;
  const scopes = ["company:read", "verification:read", "credit-report:read", "charge:read"];

  it("without any scope tell nothing, not even their keys, and ask nobody", async () => {
    const { data, errors } = await graph.ask(query, { representations }, { scopes: [] });

    expect(data).toEqual({ _entities: [null, null, null, null] });
    expect(errors).toEqual(scopes.map((scope, i) => forbidden(["_entities", i], scope)));
    expect(graph.calls()).toEqual([]);
  });

  it.each(scopes.slice(0, 3))("without %s fail at their own index, and the others are answered", async (scope) => {
    const missing = scopes.indexOf(scope);

    const { data, errors } = await graph.ask(query, { representations }, without(scope));

    expect(data._entities).toEqual(
      representations.map((one, i) => (i === missing || one.__typename === "ProviderCharge" ? null : one)),
    );
    expect(errors).toEqual([forbidden(["_entities", missing], scope)]);
    expect(graph.calls()).toHaveLength(2);
  });

  it("don't tell those without a scope whether there is such an entity", async () => {
    const asked = ["6510", "1", "", null].map((id) => ({ __typename: "Company", id }));

    const { data, errors } = await graph.ask(query, { representations: asked }, without("company:read"));

    expect(data._entities).toEqual([null, null, null, null]);
    expect(new Set(errors?.map(({ message }) => message))).toEqual(new Set(["This needs the scope company:read."]));
  });
});

describe("a paid mutation whose selection needs a scope that the caller lacks", () => {
  const select = (name: keyof typeof paidMutations, selection: string) => {
    const key = aKey();
    return `${paidMutations[name](key)} { __typename ${selection} }`;
  };
  const success = "... on RefreshCompanyReportSuccess";

  const lacking: [string, string, string, object?][] = [
    ["as a field", "company:read", `mutation { ${select("refreshCompanyReport", `${success} { company { name } }`)} }`],
    [
      "deep inside",
      "credit-report:read",
      `mutation { ${select("refreshCompanyReport", `${success} { company { id creditReports { edges { node { id } } } } }`)} }`,
    ],
    [
      "in a fragment",
      "company:read",
      `mutation { ${select("refreshCompanyReport", "...Bought")} }
       fragment Bought on RefreshCompanyReportSuccess { company { ...File } } fragment File on Company { report { fetchedAt } }`,
    ],
    [
      "in a fragment that is spread twice",
      "company:read",
      `mutation { ${select("refreshCompanyReport", `${success} { charge { id } company { ...Id } ...Bought }`)} }
       fragment Bought on RefreshCompanyReportSuccess { company { ...Id ...File } } fragment Id on Company { id } fragment File on Company { name }`,
    ],
    [
      "in fragments on interfaces around it",
      "company:read",
      `mutation { ${select("refreshCompanyReport", `... on PaidSuccess { replayed ${success} { company { name } } }`)} }`,
    ],
    [
      "in a fragment without a type",
      "company:read",
      `mutation { ${select("refreshCompanyReport", `... { ${success} { ... { company { ... { status } } } } }`)} }`,
    ],
    [
      "under another name",
      "company:read",
      `mutation { bought: ${select("refreshCompanyReport", `${success} { what: company { called: name } }`)} }`,
    ],
    [
      "in the second half of a field that stands twice",
      "company:read",
      (() => {
        const field = paidMutations.refreshCompanyReport(aKey());
        return `mutation { ${field} { __typename } ${field} { ${success} { company { name } } } }`;
      })(),
    ],
    [
      "included by a variable",
      "company:read",
      `mutation($yes: Boolean!) { ${select("refreshCompanyReport", `${success} { company @include(if: $yes) { name } }`)} }`,
      { yes: true },
    ],
    [
      "not skipped by a variable",
      "company:read",
      `mutation($no: Boolean!) { ${select("refreshCompanyReport", `${success} @skip(if: $no) { company { name } }`)} }`,
      { no: false },
    ],
    [
      "included by a variable's default",
      "company:read",
      `mutation($yes: Boolean = true) { ${select("refreshCompanyReport", `${success} { company { name @include(if: $yes) } }`)} }`,
    ],
    [
      "of a verification",
      "verification:read",
      `mutation { ${select("reverifyVerification", "... on ReverifyVerificationSuccess { verification { reverification { verdict } } }")} }`,
    ],
    [
      "of a credit report",
      "credit-report:read",
      `mutation { ${select("requestBusinessCreditReport", "... on RequestBusinessCreditReportSuccess { report { rating { score } } }")} }`,
    ],
  ];

  it.each(lacking)("%s is refused before it is paid for", async (_, scope, mutation, variables = {}) => {
    const { data, errors } = await graph.ask(mutation, variables, without(scope));

    expect(Object.values(data)).toEqual([null]);
    expect(errors).toEqual([forbidden([Object.keys(data)[0] ?? ""], scope)]);
    expect([graph.calls(), await graph.charged()]).toEqual([[], { providers: 0, ledger: 0 }]);
  });

  it("is sent where that part of the selection is not included", async () => {
    const caller = { ...without("company:read"), sub: "not-included" };
    const mutation = `mutation($no: Boolean!) {
      ${select("refreshCompanyReport", `${success} { replayed company @include(if: $no) { name } }`)}
    }`;

    const { data, errors } = await graph.ask(mutation, { no: false }, caller);

    expect(errors).toBeUndefined();
    expect(data.refreshCompanyReport).toEqual({ __typename: "RefreshCompanyReportSuccess", replayed: false });
    expect((await graph.charged()).providers).toBe(1);
  });

  it("does not keep another one beside it from being sent", async () => {
    const caller = { ...without("company:read"), sub: "beside" };
    const mutation = `mutation {
      a: ${select("refreshCompanyReport", `${success} { company { name } }`)}
      b: ${select("requestBusinessCreditReport", "... on RequestBusinessCreditReportSuccess { report { status } }")}
    }`;

    const { data, errors } = await graph.ask(mutation, {}, caller);

    expect(data).toEqual({
      a: null,
      b: { __typename: "RequestBusinessCreditReportSuccess", report: { status: "FOUND" } },
    });
    expect(errors).toEqual([forbidden(["a"], "company:read")]);
    expect(graph.sandbox.credas.calls()).toEqual([]);
  });
});

describe("the caller's own charge inside a paid result", () => {
  it("needs no scope but the mutation's", async () => {
    const mutation = `mutation { ${paidMutations.refreshCompanyReport(aKey())} {
      ... on PaidSuccess { replayed charge { id state requestedBy idempotencyKey target price { amount } } }
      ... on ChargeProblem { charge { id } }
    } }`;

    const { data, errors } = await graph.ask(mutation, {}, { sub: "grace", scopes: ["company:refresh"] });

    expect(errors).toBeUndefined();
    expect(data.refreshCompanyReport).toMatchObject({ charge: { state: "CHARGED", requestedBy: "grace" } });
  });
});

describe("a charge", () => {
  const buy = async (sub: string) => {
    const mutation = `mutation { ${paidMutations.refreshCompanyReport(aKey())} { ... on PaidSuccess { charge { id requestedBy } } } }`;
    const { data } = await graph.ask(mutation, {}, { sub, ...without("charge:read-all") });
    return data.refreshCompanyReport.charge as { id: string; requestedBy: string };
  };
  const one = "query($id: ID!) { providerCharge(id: $id) { id } }";
  const list =
    "query($filter: ProviderChargeFilter) { providerCharges(filter: $filter, first: 100) { edges { node { id requestedBy } } } }";
  const asEntity = `query($id: ID!) { _entities(representations: [{ __typename: "ProviderCharge", id: $id }]) { ... on ProviderCharge { id } } }`;
  const own = (sub: string) => ({ sub, ...without("charge:read-all") });
  const requesters = (data: { providerCharges: { edges: { node: { requestedBy: string } }[] } }) =>
    new Set(data.providerCharges.edges.map(({ node }) => node.requestedBy));

  it("is recorded under the token's caller", async () => {
    expect(await buy("henry")).toMatchObject({ requestedBy: "henry" });
  });

  it("is seen by its caller, and by nobody else", async () => {
    const { id } = await buy("ida");

    expect((await graph.ask(one, { id }, own("ida"))).data).toEqual({ providerCharge: { id } });
    expect((await graph.ask(asEntity, { id }, own("ida"))).data).toEqual({ _entities: [{ id }] });
    expect(await graph.ask(one, { id }, own("jack"))).toEqual({ data: { providerCharge: null } });
    expect(await graph.ask(asEntity, { id }, own("jack"))).toEqual({ data: { _entities: [null] } });
  });

  it("is in its caller's list alone, also where another's are asked for by name", async () => {
    await buy("kate");
    await buy("liam");

    expect(requesters((await graph.ask(list, {}, own("kate"))).data)).toEqual(new Set(["kate"]));
    const filter = { requestedBy: "liam" };
    expect((await graph.ask(list, { filter }, own("kate"))).data).toEqual({ providerCharges: { edges: [] } });
    expect(
      (await graph.ask(list, { filter: { requestedBy: "kate" } }, own("kate"))).data.providerCharges.edges,
    ).toHaveLength(1);
  });

  it("is everybody's to see with charge:read-all", async () => {
    const { id } = await buy("mary");
    const auditor = { sub: "auditor", scopes: ["charge:read", "charge:read-all"] };

    expect((await graph.ask(one, { id }, auditor)).data).toEqual({ providerCharge: { id } });
    expect((await graph.ask(asEntity, { id }, auditor)).data).toEqual({ _entities: [{ id }] });
    expect(requesters((await graph.ask(list, {}, auditor)).data).has("mary")).toBe(true);
    expect(requesters((await graph.ask(list, { filter: { requestedBy: "mary" } }, auditor)).data)).toEqual(
      new Set(["mary"]),
    );
  });

  it("is not seen with charge:read-all alone", async () => {
    const { errors } = await graph.ask(list, {}, { scopes: ["charge:read-all"] });

    expect(errors).toEqual([forbidden(["providerCharges"], "charge:read")]);
  });

  it("of one caller's key is another one than of another caller's same key", async () => {
    const mutation = `mutation { ${paidMutations.refreshCompanyReport("shared-key")} { ... on PaidSuccess { replayed charge { requestedBy } } } }`;

    const answers = [];
    for (const sub of ["nina", "otto"])
      answers.push((await graph.ask(mutation, {}, { sub })).data.refreshCompanyReport);

    expect(answers).toEqual(["nina", "otto"].map((requestedBy) => ({ replayed: false, charge: { requestedBy } })));
  });
});
