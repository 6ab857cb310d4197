import { describe, expect, it, onTestFinished } from "vitest";
import type { Environment } from "../../src/settings.ts";
import { keepingCopies, type SandboxGraph, startSandboxGraph } from "../support/graph.ts";
import type { Json } from "../support/graph-answer.ts";
import { startGuardedGraph } from "../support/guarded-graph.ts";
import { aKey } from "../support/ledger.ts";
import { everyScope } from "../support/tokens.ts";
import { until } from "../support/until.ts";

const VERIFICATION = "vr_sandbox_completed_sync";
const REPORT = "5a0db0510000000000000a01";

const kinds = [
  ["Company", "6510", "name report { fetchedAt }"],
  ["Verification", VERIFICATION, "state"],
  ["BusinessCreditReport", REPORT, "reportStatus: status"],
] as const;

/** The service as in production, in front of a sandbox of its own, until the test ends. */
async function aGraph(environment: Environment = {}): Promise<SandboxGraph> {
  const graph = await startSandboxGraph({ environment: { ...keepingCopies, ...environment } });
  onTestFinished(() => graph.close());
  return graph;
}

const reads = ({ sandbox }: SandboxGraph) =>
  [sandbox.credas, sandbox.truework, sandbox.youverify]
    .flatMap((one) => one.calls())
    .filter(({ method }) => method === "GET");

const entity = (type: string, id: string, fields: string) => ({
  query: `query($all: [_Any!]!) { _entities(representations: $all) { ... on ${type} { id ${fields} } } }`,
  variables: { all: [{ __typename: type, id }] },
});

async function readCompany(graph: SandboxGraph, id = "6510"): Promise<Json> {
  return graph.ask(`{ company(id: "${id}") { id name report { fetchedAt document } } }`);
}

const refresh = (graph: SandboxGraph, id = "6510") =>
  graph.ask(
    `mutation { refreshCompanyReport(input: { companyId: "${id}", idempotencyKey: "${aKey()}" }) {
       __typename ... on RefreshCompanyReportSuccess { company { report { fetchedAt document } } } } }`,
  );

describe("copies, through the graph", () => {
  it.each(kinds)("1,000 requests at once for one %s call its provider once", async (type, id, fields) => {
    const graph = await aGraph();
    const payload = entity(type, id, fields);

    const answers = await Promise.all(
      Array.from({ length: 1_000 }, () => graph.server.inject({ method: "POST", url: "/graphql", payload })),
    );

    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers[0]?.json()).toMatchObject({ data: { _entities: [{ id }] } });
    expect(reads(graph)).toHaveLength(1);
  });

  it.each(kinds)("one request for a %s after another calls its provider once", async (type, id, fields) => {
    const graph = await aGraph();
    const { query, variables } = entity(type, id, fields);

    const [first, second] = [await graph.ask(query, variables), await graph.ask(query, variables)];

    expect(second).toEqual(first);
    expect(reads(graph)).toHaveLength(1);
  });

  it("with CACHE_MAX_BYTES=0 none is kept past its request", async () => {
    const graph = await aGraph({ CACHE_MAX_BYTES: "0" });

    await graph.ask('{ a: company(id: "6510") { id } b: company(id: "6510") { id } }');
    await graph.ask('{ a: company(id: "6510") { id } }');

    expect(reads(graph)).toHaveLength(2);
  });

  it("stand in for a provider that is down, and say how old they are", async () => {
    const graph = await aGraph({ CACHE_COMPANY_MS: "0" });
    const before = await readCompany(graph);
    graph.sandbox.credas.behave({ fault: "bad-gateway" });

    const during = await readCompany(graph);
    const unknown = await readCompany(graph, "6511");

    expect(during).toEqual(before);
    expect(unknown).toMatchObject({
      data: { company: null },
      errors: [{ extensions: { code: "PROVIDER_UNAVAILABLE" } }],
    });
  });

  it("stand in for a provider that hangs, long before its time is up", async () => {
    const graph = await aGraph({ CACHE_COMPANY_MS: "0", CACHE_STALE_AFTER_MS: "1", PROVIDER_TIMEOUT_MS: "15000" });
    const before = await readCompany(graph);
    graph.sandbox.credas.behave({ fault: "hung" });

    const [during, later] = [await readCompany(graph), await readCompany(graph)];

    expect([during, later]).toEqual([before, before]);
    // The one call that hangs is still on its way: nobody waited for its end, nor even for its beginning.
    await until(() => reads(graph).length === 2);
    await graph.sandbox.close();
  });

  it("do not stand in for an answer that can't be used", async () => {
    const graph = await aGraph({ CACHE_COMPANY_MS: "0" });
    await readCompany(graph);
    graph.sandbox.credas.behave({ fault: "without-id" });

    expect((await readCompany(graph)).errors).toMatchObject([{ extensions: { code: "PROVIDER_MALFORMED" } }]);
  });

  it.each([
    ["company:read", kinds[0], "company"],
    ["verification:read", kinds[1], "verification"],
    ["credit-report:read", kinds[2], "businessCreditReport"],
  ] as const)("are told to nobody without %s", async (scope, [type, id, fields], field) => {
    const graph = await startGuardedGraph(keepingCopies);
    onTestFinished(() => graph.close());
    const { query, variables } = entity(type, id, fields);
    expect((await graph.ask(query, variables)).data._entities).toMatchObject([{ id }]);

    const others = { sub: "bob", scopes: everyScope.filter((one) => one !== scope) };
    const refused = [
      await graph.ask(query, variables, others),
      await graph.ask(`{ ${field}(id: "${id}") { id } }`, {}, others),
    ];

    expect(refused).toMatchObject([
      { data: { _entities: [null] }, errors: [{ extensions: { code: "FORBIDDEN" } }] },
      { data: { [field]: null }, errors: [{ extensions: { code: "FORBIDDEN" } }] },
    ]);
  });
});

describe("a refreshed company", () => {
  it("is shown as it is after, by the mutation and to everybody", async () => {
    const graph = await aGraph();
    const before = await readCompany(graph);

    const { data } = await refresh(graph);
    const after = await readCompany(graph);

    const { document } = data.refreshCompanyReport.company.report;
    expect(document).not.toEqual(before.data.company.report.document);
    expect(after.data.company.report.document).toEqual(document);
  });

  it.each([
    ["unknown", "server-error", "ChargeOutcomeUnknown"],
    ["a refusal", "insufficient-funds", "InsufficientFunds"],
    ["no such company", "not-found", "CompanyNotFound"],
  ] as const)("is read anew where the outcome is %s", async (_, fault, outcome) => {
    const graph = await aGraph();
    await readCompany(graph);
    graph.sandbox.credas.behave({ fault, on: "paid" });

    const { data } = await refresh(graph);
    await readCompany(graph);

    expect(data.refreshCompanyReport.__typename).toBe(outcome);
    expect(reads(graph)).toHaveLength(2);
  });

  it("fails no reader whose read is on its way, and none of them leaves the former report", async () => {
    const graph = await aGraph();
    graph.sandbox.credas.behave({ delayMs: 300, on: "reads" });
    const readers = Array.from({ length: 100 }, () => readCompany(graph));
    await until(() => reads(graph).length === 1);

    const refreshing = refresh(graph);
    await until(() => graph.sandbox.credas.charges().length === 1);
    const answers = await Promise.all(readers);
    const { data } = await refreshing;
    const after = await readCompany(graph);

    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(after.data.company.report.document).toEqual(data.refreshCompanyReport.company.report.document);
    // Whom the sandbox adds to a report with its first refresh.
    expect(JSON.stringify(after.data.company.report.document)).toContain('"D-NEW-2"');
  });

  it("is not cleared again by the same key, whose answer is on record", async () => {
    const graph = await aGraph();
    const mutation =
      'mutation { refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "once" }) { ... on RefreshCompanyReportSuccess { replayed company { id } } } }';
    await graph.ask(mutation);

    const { data } = await graph.ask(mutation);

    expect(data.refreshCompanyReport).toEqual({ replayed: true, company: { id: "6510" } });
    expect(reads(graph)).toHaveLength(1);
  });
});

describe("what decides about money", () => {
  it("is read past the copies", async () => {
    const graph = await aGraph();
    await graph.ask(`{ verification(id: "${VERIFICATION}") { state reverification { verdict } } }`);
    graph.sandbox.truework.behave({ fault: "not-found", on: "reads" });

    const { data } = await reverify(graph);

    expect(data.reverifyVerification).toMatchObject({ __typename: "VerificationNotFound" });
    expect(graph.sandbox.truework.charges()).toEqual([]);
  });
});

describe("what a paid call answered with", () => {
  it("is known without a read: a verification", async () => {
    const graph = await aGraph({ CACHE_VERIFICATION_OPEN_MS: "600000" });

    const { data } = await reverify(graph);
    const readsBefore = reads(graph).length;
    const { id, state } = data.reverifyVerification.verification;
    const known = await graph.ask(`{ verification(id: "${id}") { id state } }`);

    expect(known.data.verification).toEqual({ id, state });
    expect(reads(graph)).toHaveLength(readsBefore);
  });

  it("is known without a read: a credit report", async () => {
    const graph = await aGraph();

    const { data } = await graph.ask(
      `mutation { requestBusinessCreditReport(input: { companyNumber: "99000010", subjectConsent: true, idempotencyKey: "${aKey()}" }) {
         ... on RequestBusinessCreditReportSuccess { report { id status } } } }`,
    );
    const { id, status } = data.requestBusinessCreditReport.report;
    const known = await graph.ask(`{ businessCreditReport(id: "${id.toUpperCase()}") { id status } }`);

    expect(known.data.businessCreditReport).toEqual({ id, status });
    expect(reads(graph)).toEqual([]);
  });
});

const reverify = (graph: SandboxGraph) =>
  graph.ask(
    `mutation { reverifyVerification(input: { verificationId: "${VERIFICATION}", reportId: "rep_sandbox_completed_sync", idempotencyKey: "${aKey()}" }) {
       __typename ... on ReverifyVerificationSuccess { verification { id state } } } }`,
  );
