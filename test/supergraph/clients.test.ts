import { parse } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  BusinessCreditReportDocument,
  CompanyDocument,
  type CompanyQuery,
  ProviderChargeDocument,
  RefreshCompanyReportDocument,
  RequestBusinessCreditReportDocument,
  ReverifyVerificationDocument,
  VerificationDocument,
} from "../generated/operations.ts";
import type { GraphError, Json } from "../support/graph-answer.ts";
import { apolloClient, urqlClient } from "./clients.ts";
import { type ListeningGraph, startListening } from "./listening-graph.ts";
import { problemTypes } from "./problem-types.ts";
import { nothingRemembered, remember, scenario } from "./scenario.ts";
import { whatCame } from "./settled-answer.ts";
import { type Supergraph, startSupergraph } from "./supergraph.ts";
import { startTap, type Tap } from "./tap.ts";

let supergraph: Supergraph<"Hive Gateway">;
let graph: ListeningGraph;
/** Between the clients and the gateway. */
let frontTap: Tap;
beforeAll(async () => {
  [supergraph, graph] = await Promise.all([startSupergraph("Hive Gateway"), startListening()]);
  supergraph.tap.turnTo(graph.url);
  frontTap = await startTap(new URL(supergraph.urls["Hive Gateway"]).origin);
}, 60_000);
beforeEach(() => {
  frontTap.loseAnswers(0);
  frontTap.take();
});
afterAll(async () => {
  await frontTap?.close();
  await supergraph?.close();
  await graph?.close();
});

let keys = 0;
const aKey = () => `client-${++keys}`;
const reverification = () => ({
  verificationId: "vr_sandbox_completed_one_report",
  reportId: "rep_sandbox_completed_one_report",
  idempotencyKey: aKey(),
});
const creditReport = () => ({ companyNumber: "99000010", subjectConsent: true, idempotencyKey: aKey() });

describe.each([
  // A company for each: what one of them buys, the other should not find.
  ["Apollo Client", apolloClient, "6510"],
  ["urql", urqlClient, "6511"],
])("%s, with its normalised cache, through a gateway", (_, clientOf, companyId) => {
  const connect = () => clientOf(`${frontTap.url}/graphql`);

  it("runs the scenario, and each step comes to what it is named for", async () => {
    // One of its own: the scenario's keys are spent once.
    const fresh = await startListening();
    supergraph.tap.turnTo(fresh.url);
    const client = connect();
    const remembered = nothingRemembered();
    const came: [step: string, came: string][] = [];

    for (const planned of scenario) {
      const step = typeof planned === "function" ? planned(remembered) : planned;
      // What needs the neighbour's schema, another service, or tokens is the gateways' to show.
      if (step.byHand || step.strained || step.scopes) continue;
      const run = step.query.startsWith("mutation") ? client.mutate : client.query;
      const answer = await run(parse(step.query) as never, step.variables).then(
        (data: Json) => ({ data }),
        (error: unknown) => ({ errors: errorsOf(error) }),
      );
      remember(answer, remembered);
      came.push([step.name, whatCame(answer)]);
    }
    supergraph.tap.turnTo(graph.url);
    await fresh.close();

    const wanted = (step: string) =>
      errorCode.exec(step)?.[0] ?? (problemTypes.includes(step) ? step : "what was wanted");
    const told = (what: string) => (errorCode.test(what) || problemTypes.includes(what) ? what : "what was wanted");
    expect(came.map(([step, what]) => [step, told(what)])).toEqual(came.map(([step]) => [step, wanted(step)]));
    expect(came.length).toBeGreaterThan(25);
  });

  it("shows a refreshed company on screen without a refetch", async () => {
    const client = connect();
    const screen = onScreen<CompanyQuery>((show) => client.watch(CompanyDocument, { id: companyId }, show));
    const before = directorsOf(await screen.shows((data) => directorsOf(data) > 0));
    frontTap.take();

    await client.mutate(RefreshCompanyReportDocument, { input: { companyId, idempotencyKey: aKey() } });
    await screen.shows((data) => directorsOf(data) === before + 1);
    screen.leave();

    expect(frontTap.take().map(operationOf)).toEqual(["mutation RefreshCompanyReport"]);
  });

  it("has a reverified verification in its cache, as a new entity", async () => {
    const client = connect();

    const { reverifyVerification: result } = await client.mutate(ReverifyVerificationDocument, {
      input: reverification(),
    });
    const id = result && "verification" in result ? result.verification?.id : undefined;
    const { verification } = await client.query(VerificationDocument, { id: id ?? "" });

    expect(verification).toMatchObject({
      id: expect.stringMatching(/^vr_sandbox_reverified_/),
      state: "PENDING_APPROVAL",
    });
    expect(frontTap.take().map(operationOf)).toEqual(["mutation ReverifyVerification"]);
  });

  it("has a bought credit report in its cache, as a new entity", async () => {
    const client = connect();

    const { requestBusinessCreditReport: result } = await client.mutate(RequestBusinessCreditReportDocument, {
      input: creditReport(),
    });
    const id = result && "report" in result ? result.report?.id : undefined;
    const { businessCreditReport } = await client.query(BusinessCreditReportDocument, { id: id ?? "" });

    expect(businessCreditReport).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{24}$/), status: "FOUND" });
    expect(frontTap.take().map(operationOf)).toEqual(["mutation RequestBusinessCreditReport"]);
  });

  it("knows what does not exist, and asks for it once", async () => {
    const client = connect();

    const first = await client.query(CompanyDocument, { id: "6999990" });
    const second = await client.query(CompanyDocument, { id: "6999990" });

    expect([first, second]).toEqual([{ company: null }, { company: null }]);
    expect(frontTap.take()).toHaveLength(1);
  });

  it("has the charge of a problem in its cache, under the id that lists it too", async () => {
    const client = connect();

    const { refreshCompanyReport: result } = await client.mutate(RefreshCompanyReportDocument, {
      input: { companyId: "90500", idempotencyKey: aKey() },
    });
    const charge = result && "charge" in result ? result.charge : undefined;
    const { providerCharge } = await client.query(ProviderChargeDocument, { id: charge?.id ?? "" });

    expect(providerCharge).toMatchObject({ state: "UNKNOWN", target: "90500" });
    expect(frontTap.take().map(operationOf)).toEqual(["mutation RefreshCompanyReport"]);
  });
});

describe("Apollo Client's RetryLink", () => {
  it.each([
    ["refreshCompanyReport", RefreshCompanyReportDocument, () => ({ companyId: "6512", idempotencyKey: aKey() })],
    ["reverifyVerification", ReverifyVerificationDocument, reverification],
    ["requestBusinessCreditReport", RequestBusinessCreditReportDocument, creditReport],
  ] as const)("sends %s again when its answer is lost, and it is charged once", async (field, document, input) => {
    const client = apolloClient(`${frontTap.url}/graphql`);
    const before = graph.charges();
    frontTap.loseAnswers(2);

    const data: Json = await client.mutate<unknown, unknown>(document as never, { input: input() });

    expect(data[field]).toMatchObject({ replayed: true, charge: { state: "CHARGED" } });
    expect([frontTap.take().length, graph.charges() - before]).toEqual([3, 1]);
  });
});

const errorCode = /^[A-Z]+_[A-Z]+/;

// As Apollo Client has them, and as urql.
function errorsOf(error: unknown): GraphError[] {
  const { errors, graphQLErrors } = error as { errors?: GraphError[]; graphQLErrors?: GraphError[] };
  const told = errors ?? graphQLErrors;
  if (!told?.length) throw error;
  return told;
}

function directorsOf({ company }: CompanyQuery): number {
  return company?.report?.directors.length ?? 0;
}

function operationOf({ query }: { query: string }): string {
  return /(query|mutation) \w+/.exec(query)?.[0] ?? query;
}

/** Everything a screen has shown, and the next thing it shows that is as wanted. */
function onScreen<Data>(watch: (show: (data: Data) => void) => () => void) {
  let changed = Promise.withResolvers<void>();
  let last: Data | undefined;
  const leave = watch((data) => {
    last = data;
    changed.resolve();
    changed = Promise.withResolvers();
  });
  const shows = async (wanted: (data: Data) => boolean): Promise<Data> => {
    for (;;) {
      if (last !== undefined && wanted(last)) return last;
      await changed.promise;
    }
  };
  return { shows, leave };
}
