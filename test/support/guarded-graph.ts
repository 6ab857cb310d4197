import type { LightMyRequestResponse } from "fastify";
import type { Environment } from "../../src/settings.ts";
import { type SandboxGraph, startSandboxGraph } from "./graph.ts";
import type { GraphAnswer, Json } from "./graph-answer.ts";
import { testedExecution } from "./tested-environment.ts";
import { everyScope, inSeconds, makeSigner, type Signer, tokenSettings } from "./tokens.ts";

export interface Asker {
  /** The caller's name; ada by default. */
  sub?: string;
  /** All of them by default. */
  scopes?: readonly string[];
}

/** The service in front of a sandbox of its own, which tells callers apart by their tokens. */
export interface GuardedGraph extends Omit<SandboxGraph, "ask"> {
  signer: Signer;
  /** The headers of somebody's request. */
  headersOf(asker?: Asker): Promise<Record<string, string>>;
  post(body: unknown, asker?: Asker): Promise<LightMyRequestResponse>;
  get(parameters: Record<string, string>, asker?: Asker): Promise<LightMyRequestResponse>;
  ask(query: string, variables?: object, asker?: Asker): Promise<GraphAnswer<Json>>;
  /** Every call the three providers got, as method and template. */
  calls(): string[];
  /** How many charges the three providers count, and the ledger, since the last `startOver`. */
  charged(): Promise<{ providers: number; ledger: number }>;
}

export async function startGuardedGraph(environment: Environment = {}): Promise<GuardedGraph> {
  const signer = await makeSigner();
  const graph = await startSandboxGraph({ environment: { ...tokenSettings(signer), ...environment } });
  const { credas, truework, youverify } = graph.sandbox;
  const providers = [credas, truework, youverify];

  // The same token for the same asker, as clients send it: one that was never seen is told apart by its signature first.
  const tokens = new Map<string, Promise<string>>();
  const signFor = async (claims: { sub: string; scope: string }) => {
    const authorization = `Bearer ${await signer.sign({ ...claims, exp: inSeconds(3_600) })}`;
    const headers = { "content-type": "application/json", authorization };
    // What is known from the beginning is answered at the door to those who are known there.
    if (testedExecution === "direct") {
      await graph.server.inject({ method: "POST", url: "/graphql", headers, payload: '{"query":"{ __typename }"}' });
    }
    return authorization;
  };
  const headersOf = async ({ sub = "ada", scopes = everyScope }: Asker = {}) => {
    const claims = { sub, scope: scopes.join(" ") };
    const asker = JSON.stringify(claims);
    const authorization = tokens.get(asker) ?? signFor(claims);
    tokens.set(asker, authorization);
    return { authorization: await authorization };
  };
  const post = async (body: unknown, asker?: Asker) =>
    graph.server.inject({
      method: "POST",
      url: "/graphql",
      headers: { "content-type": "application/json", ...(await headersOf(asker)) },
      payload: typeof body === "string" ? body : JSON.stringify(body),
    });
  let since = new Date(0).toISOString();
  const ask = async (query: string, variables?: object, asker?: Asker) =>
    (await post({ query, variables }, asker)).json<GraphAnswer<Json>>();

  return {
    ...graph,
    startOver: () => {
      graph.startOver();
      // What is on the ledger stays there.
      since = new Date().toISOString();
    },
    signer,
    headersOf,
    post,
    get: async (parameters, asker) =>
      graph.server.inject({
        method: "GET",
        url: `/graphql?${new URLSearchParams(parameters)}`,
        headers: { "apollo-require-preflight": "1", ...(await headersOf(asker)) },
      }),
    ask,
    calls: () =>
      providers.flatMap((provider) => provider.calls().map(({ method, template }) => `${method} ${template}`)),
    charged: async () => {
      const query =
        "query($filter: ProviderChargeFilter) { providerCharges(filter: $filter, first: 100) { edges { cursor } } }";
      const { data } = await ask(query, { filter: { requestedAfter: since } });
      return {
        providers: providers.reduce((sum, provider) => sum + provider.charges().length, 0),
        ledger: data.providerCharges.edges.length,
      };
    },
  };
}

/** What each of three paid mutations is asked with; the input's key is the caller's to choose. */
export const paidMutations = {
  refreshCompanyReport: (key: string) => `refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "${key}" })`,
  reverifyVerification: (key: string) =>
    `reverifyVerification(input: { verificationId: "vr_sandbox_completed_one_report", reportId: "rep_sandbox_completed_one_report", idempotencyKey: "${key}" })`,
  requestBusinessCreditReport: (key: string) =>
    `requestBusinessCreditReport(input: { companyNumber: "99000010", subjectConsent: true, idempotencyKey: "${key}" })`,
} as const;
