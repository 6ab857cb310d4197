import { type PaidMutation, type Purchase, paidMutations } from "../crash/paid-mutations.ts";
import { pause } from "../support/until.ts";

/** Clients that ask until they are told to stop. */
export interface Load {
  /** So far. */
  answered(): number;
  stop(): Promise<LoadFigures>;
}

export interface LoadFigures {
  reads: number;
  /** Each was asked for twice, the second time to see the first answer again. */
  purchases: Purchase[];
  /** What was not answered as it should have been. */
  failed: string[];
  /** In milliseconds, over all requests. */
  p50: number;
  p99: number;
}

const reads = [
  '{ company(id: "6510") { name report { directors { name } } } }',
  '{ verification(id: "vr_sandbox_completed_one_report") { id state } }',
  '{ businessCreditReport(id: "5a0db0510000000000000a01") { id } }',
  '{ _entities(representations: [{ __typename: "Company", id: "6511" }, { __typename: "Company", id: "6512" }]) { ... on Company { id name } } }',
];
const buying = ({ name, inputType }: PaidMutation) =>
  `mutation Buy($input: ${inputType}!) { outcome: ${name}(input: $input) { __typename ... on PaidSuccess { replayed } } }`;
const breathMs = 15;
const buyEvery = 6;

/** So many clients, each of which reads, and buys with every sixth request. */
export function startLoad(url: string, clients: number): Load {
  const took: number[] = [];
  const failed: string[] = [];
  const purchases: Purchase[] = [];
  let readCount = 0;
  let stopped = false;

  const ask = async (query: string, variables: object = {}) => {
    const beganMs = performance.now();
    const answer = await send(url, query, variables);
    took.push(performance.now() - beganMs);
    return answer;
  };
  const read = async (n: number) => {
    const answer = await ask(reads[n % reads.length] ?? "");
    readCount += 1;
    if (!answer.data || answer.errors) failed.push(`a read: ${JSON.stringify(answer)}`);
  };
  const buy = async (client: number, n: number) => {
    const mutation = paidMutations[n % paidMutations.length] as PaidMutation;
    const purchase = { mutation, target: mutation.targetOf(client + n), idempotencyKey: `rolling-${client}-${n}` };
    purchases.push(purchase);
    const input = { ...mutation.inputAbout(purchase.target), idempotencyKey: purchase.idempotencyKey };
    for (const replayed of [false, true]) {
      const answer = await ask(buying(mutation), { input });
      const { __typename: kind, replayed: was } = answer.data?.outcome ?? {};
      if (kind !== mutation.success || was !== replayed) failed.push(`a purchase: ${JSON.stringify(answer)}`);
    }
  };
  const client = async (number: number) => {
    for (let n = number; !stopped; n += 1) {
      if (n % buyEvery === 0) await buy(number, n);
      else await read(n);
      await pause(breathMs);
    }
  };
  const all = Array.from({ length: clients }, (_, number) => client(number));
  return {
    answered: () => took.length,
    stop: async () => {
      stopped = true;
      await Promise.all(all);
      const sorted = took.toSorted((a, b) => a - b);
      const quantile = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
      return { reads: readCount, purchases, failed, p50: quantile(0.5), p99: quantile(0.99) };
    },
  };
}

interface Answer {
  data?: { outcome?: { __typename: string; replayed?: boolean } } | null;
  errors?: unknown[];
  failure?: string;
}

async function send(url: string, query: string, variables: object): Promise<Answer> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    return response.status === 200 ? (JSON.parse(text) as Answer) : { failure: `${response.status} ${text}` };
  } catch (error) {
    return { failure: String(error instanceof Error ? (error.cause ?? error) : error) };
  }
}
