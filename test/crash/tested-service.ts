import { type BuiltProcess, startService } from "../support/service-process.ts";
import { inTime } from "../support/until.ts";
import type { PaidMutation, Purchase } from "./paid-mutations.ts";

/** A charge as the graph shows it. */
export interface ListedCharge {
  id: string;
  operation: PaidMutation["operation"];
  state: "IN_PROGRESS" | "CHARGED" | "NOT_CHARGED" | "UNKNOWN";
  target: string;
  resultId: string | null;
  idempotencyKey: string;
  settledBy: string | null;
}

/** What a client gets. */
export interface Outcome {
  /** The answer's type; the code of a GraphQL error; `lost` where the connection broke. */
  kind: string;
  replayed?: boolean;
  charge?: ListedCharge;
}

/** The built service, running as a process, with what clients and operators ask of it. */
export interface TestedService extends BuiltProcess {
  url: string;
  ask(purchase: Purchase, signal?: AbortSignal): Promise<Outcome>;
  /** All of them, page by page. */
  charges(state?: ListedCharge["state"]): Promise<ListedCharge[]>;
  find(purchase: Purchase): Promise<ListedCharge | null>;
  settle(charge: ListedCharge, outcome: "CHARGED" | "NOT_CHARGED", resultId: string | null): Promise<Outcome>;
  /** Waits until its log has the line this many times. */
  logged(line: RegExp, times?: number): Promise<void>;
  /** Kills it with SIGKILL and waits for its end. */
  crash(): Promise<void>;
}

const chargeFields = "id operation state target resultId idempotencyKey settledBy";

const listing = `query Charges($filter: ProviderChargeFilter, $after: String) {
  providerCharges(filter: $filter, first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { ${chargeFields} } }
  }
}`;

const settling = `mutation Settle($input: SettleProviderChargeInput!) {
  outcome: settleProviderCharge(input: $input) {
    __typename
    ... on SettleProviderChargeSuccess { charge { ${chargeFields} } }
    ... on ChargeProblem { charge { ${chargeFields} } }
  }
}`;

const buying = ({ name, inputType }: PaidMutation) => `mutation Buy($input: ${inputType}!) {
  outcome: ${name}(input: $input) {
    __typename
    ... on PaidSuccess { replayed charge { ${chargeFields} } }
    ... on ChargeProblem { charge { ${chargeFields} } }
  }
}`;

/** Starts the built service on a free port, with these settings and no others. */
export async function startTestedService(settings: Record<string, string>): Promise<TestedService> {
  const service = await inTime("the service starts", startService(settings), 30_000);
  const send = (query: string, variables: object, signal?: AbortSignal) =>
    graphql(service.url, { query, variables }, signal);
  const charges = (state?: ListedCharge["state"]) => listAll(send, state);
  return {
    ...service,
    ask: async ({ mutation, target, idempotencyKey }, signal) => {
      const input = { ...mutation.inputAbout(target), idempotencyKey };
      return toOutcome(await send(buying(mutation), { input }, signal).catch(() => null));
    },
    charges,
    find: async ({ mutation, idempotencyKey }) => {
      const listed = await charges();
      return listed.find((c) => c.operation === mutation.operation && c.idempotencyKey === idempotencyKey) ?? null;
    },
    settle: async ({ id }, outcome, resultId) => {
      const input = { chargeId: id, outcome, resultId, note: "crash test: counted at the sandbox" };
      return toOutcome(await send(settling, { input }));
    },
    logged: async (line, times = 1) => {
      const pattern = new RegExp(`^(?:[^]*?${line.source}){${times}}`);
      await inTime(`the service logs ${line} ${times} times`, service.told(pattern));
    },
    crash: async () => {
      service.kill("SIGKILL");
      await inTime("a killed service ends", service.ended());
    },
  };
}

/** An outcome in a word or two. */
export function tell({ kind, replayed }: Outcome): string {
  if (replayed === undefined) return kind;
  return replayed ? "success, replayed" : "success, charged now";
}

interface Answer {
  data?: {
    outcome?: { __typename: string; replayed?: boolean; charge?: ListedCharge } | null;
    providerCharges?: {
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
      edges: { node: ListedCharge }[];
    } | null;
  } | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

async function graphql(url: string, operation: object, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(operation),
    signal: signal ?? AbortSignal.timeout(30_000),
  });
  return (await response.json()) as Answer;
}

function toOutcome(answer: Answer | null): Outcome {
  if (answer === null) return { kind: "lost" };
  const { outcome } = answer.data ?? {};
  if (!outcome) return { kind: answer.errors?.[0]?.extensions?.code ?? "no outcome" };
  const { __typename: kind, replayed, charge } = outcome;
  return { kind, ...(replayed !== undefined && { replayed }), ...(charge && { charge }) };
}

async function listAll(send: (query: string, variables: object) => Promise<Answer>, state?: ListedCharge["state"]) {
  const charges: ListedCharge[] = [];
  for (let after: string | null = null; ; ) {
    const { data, errors } = await send(listing, { filter: state ? { state } : null, after });
    if (!data?.providerCharges) throw new Error(`Expected a page of charges, got ${errors?.[0]?.message ?? "nothing"}`);
    const { edges, pageInfo } = data.providerCharges;
    charges.push(...edges.map(({ node }) => node));
    if (!pageInfo.hasNextPage) return charges;
    after = pageInfo.endCursor;
  }
}
