/** What is asked, as a client sends it. The n-th request of a run asks for ids from `firstId` on. */
export interface Workload {
  name: string;
  title: string;
  /** How many distinct entities one request asks for. */
  ids: number;
  /** Calls to the provider for each of them, while nothing is known. */
  callsPerId: number;
  /** What can't be known beforehand has no warm figure. */
  canBeWarm: boolean;
  query: string;
  variables(firstId: number): Record<string, unknown>;
}

const named = "name registrationNumber status";
const person = "{ id name }";
const everything = `id ${named} report {
  directors { id name nationality address } shareholders ${person} personsWithSignificantControl ${person} document
}`;

const idsFrom = (firstId: number, count: number) => Array.from({ length: count }, (_, i) => String(firstId + i));

function entities(count: number): Workload {
  return {
    name: `entities-${count}`,
    title: `${count} representations`,
    ids: count,
    callsPerId: 1,
    canBeWarm: true,
    query: `query Entities($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Company { ${named} } }
    }`,
    variables: (firstId) => ({
      representations: idsFrom(firstId, count).map((id) => ({ __typename: "Company", id })),
    }),
  };
}

export const workloads: Workload[] = [
  {
    name: "one",
    title: "one entity",
    ids: 1,
    callsPerId: 1,
    canBeWarm: true,
    query: `query One($id: ID!) { company(id: $id) { id ${named} } }`,
    variables: (firstId) => ({ id: String(firstId) }),
  },
  entities(50),
  entities(500),
  {
    name: "list-25",
    title: "a list of 25, everything selected",
    ids: 25,
    callsPerId: 1,
    canBeWarm: true,
    query: `query List($ids: [ID!]!) { companies(ids: $ids) { ${everything} } }`,
    variables: (firstId) => ({ ids: idsFrom(firstId, 25) }),
  },
  {
    name: "paid",
    title: "a paid mutation",
    ids: 1,
    // The purchase, and the company as it stands afterwards.
    callsPerId: 2,
    canBeWarm: false,
    query: `mutation Buy($input: RefreshCompanyReportInput!) {
      refreshCompanyReport(input: $input) { __typename ... on RefreshCompanyReportSuccess { company { id ${named} } } }
    }`,
    variables: (firstId) => ({
      input: { companyId: String(firstId), idempotencyKey: `bench-${process.pid}-${firstId}` },
    }),
  },
];

export function findWorkload(name: string): Workload {
  const found = workloads.find((workload) => workload.name === name);
  if (!found) throw new Error(`Expected one of ${workloads.map((workload) => workload.name).join(", ")}, got ${name}`);
  return found;
}
