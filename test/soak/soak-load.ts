import { paidMutations } from "../crash/paid-mutations.ts";
import { pause } from "../support/until.ts";

export interface SoakLoad {
  /** Requests so far, by what became of them. */
  counts(): Record<string, number>;
  stop(): Promise<void>;
}

const breathMs = 10;

/**
 * Everything that could pile up in a long life: lookups of ids that are never asked for again, documents that never come
 * again, entities, failures, refused requests, clients that leave, and a purchase now and then.
 */
export function startSoakLoad(url: string, clients: number): SoakLoad {
  const counts: Record<string, number> = {};
  let stopped = false;
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const one = async (client: number) => {
    for (let n = 0; !stopped; n += 1) {
      const { what, query, variables, leaveAfterMs } =
        kinds[(client + n) % kinds.length]?.(`${client}x${n}`) ?? known();
      const signal = AbortSignal.timeout(leaveAfterMs ?? 60_000);
      count(
        await send(url, { query, variables }, signal).then(
          (status) => `${what}: ${status}`,
          () => `${what}: left`,
        ),
      );
      await pause(breathMs);
    }
  };
  const all = Array.from({ length: clients }, (_, client) => one(client));
  return {
    counts: () => counts,
    stop: async () => {
      stopped = true;
      await Promise.all(all);
    },
  };
}

interface SoakRequest {
  what: string;
  query: string;
  variables?: object;
  leaveAfterMs?: number;
}

type SoakKind = (unique: string) => SoakRequest;

const numberOf = (unique: string) => unique.replace("x", "0");
const known = (): SoakRequest => ({
  what: "a known company",
  query: '{ company(id: "6510") { name report { directors { name } } } }',
});
const unknownCompany: SoakKind = (unique) => ({
  what: "a company nobody knows",
  query: "query($id: ID!) { company(id: $id) { name } }",
  variables: { id: `70${numberOf(unique)}` },
});
const unknownVerification: SoakKind = (unique) => ({
  what: "a verification nobody knows",
  query: "query($id: ID!) { verification(id: $id) { id } }",
  variables: { id: `vr_soak_${unique}` },
});
const newDocument: SoakKind = (unique) => ({
  what: "a document that is new",
  query: `query Soak${unique} { a${unique}: company(id: "6511") { name } }`,
});
const entities: SoakKind = () => ({
  what: "entities",
  query: "query($all: [_Any!]!) { _entities(representations: $all) { ... on Company { id name } } }",
  variables: { all: Array.from({ length: 20 }, (_, i) => ({ __typename: "Company", id: String(6510 + (i % 9)) })) },
});
const failing: SoakKind = () => ({ what: "a read that fails", query: '{ company(id: "80500") { name } }' });
const invalid: SoakKind = (unique) => ({ what: "an invalid operation", query: `{ nothing${unique} }` });
const leaving: SoakKind = (unique) => ({ ...unknownVerification(`left_${unique}`), what: "a client", leaveAfterMs: 1 });
const buying: SoakKind = (unique) => {
  const mutation = paidMutations[unique.length % paidMutations.length] ?? paidMutations[0];
  if (!mutation) throw new Error("Expected something to buy");
  return {
    what: "a purchase",
    query: `mutation($input: ${mutation.inputType}!) { ${mutation.name}(input: $input) { __typename } }`,
    variables: {
      input: { ...mutation.inputAbout(mutation.targetOf(unique.length)), idempotencyKey: `soak-${unique}` },
    },
  };
};

const kinds: SoakKind[] = [
  known,
  newDocument,
  unknownCompany,
  newDocument,
  entities,
  newDocument,
  unknownVerification,
  failing,
  known,
  invalid,
  leaving,
  entities,
  buying,
];

async function send(url: string, body: object, signal: AbortSignal): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  await response.arrayBuffer();
  return response.status;
}
