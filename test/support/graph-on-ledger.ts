import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Environment } from "../../src/settings.ts";
import { type SandboxGraph, startSandboxGraph } from "./graph.ts";
import type { Json } from "./graph-answer.ts";
import type { DatabaseKind, FreshDatabase } from "./ledger-databases.ts";
import { wholeCharge } from "./paid-mutations.ts";

export interface LedgerGraph extends SandboxGraph {
  /** Everything all three providers billed since the test began. */
  charges(): { operation: string; target: string; metadata: unknown }[];
  /** How many calls reached a paid endpoint since the test began. */
  paidCalls(): number;
}

/** One service for the tests of a describe, on a ledger of its own; the providers start over before each. */
export function graphOn(kind: DatabaseKind, environment: Environment = {}, now?: () => number): () => LedgerGraph {
  let database: FreshDatabase;
  let graph: LedgerGraph;
  beforeAll(async () => {
    database = await kind.create();
    graph = await startLedgerGraph(database.url, environment, now);
  });
  beforeEach(() => graph.startOver());
  afterAll(async () => {
    await graph?.close();
    await database?.drop();
  });
  return () => graph;
}

export async function startLedgerGraph(
  url: string,
  environment: Environment = {},
  now?: () => number,
): Promise<LedgerGraph> {
  const graph = await startSandboxGraph({ environment: { DATABASE_URL: url, ...environment }, ...(now && { now }) });
  const providers = [graph.sandbox.credas, graph.sandbox.truework, graph.sandbox.youverify];
  return {
    ...graph,
    charges: () => providers.flatMap((provider) => provider.charges()),
    paidCalls: () => providers.flatMap((provider) => provider.calls()).filter(({ method }) => method !== "GET").length,
  };
}

/** What is on record under a key, as the graph tells it; null where nothing is. */
export async function findCharge(graph: LedgerGraph, key: string, operation: string): Promise<Json | null> {
  const { data } = await graph.ask(
    `query Find($operation: ProviderChargeOperation) {
       providerCharges(filter: { operation: $operation }, first: 100) { edges { node { ...Whole } } }
     } ${wholeCharge}`,
    { operation },
  );
  const nodes: Json[] = data.providerCharges.edges.map(({ node }: Json) => node);
  return nodes.find(({ idempotencyKey }) => idempotencyKey === key) ?? null;
}
