import { LRUCache } from "lru-cache";
import { Pool } from "undici";

// What a peer's user would write: a pool with the same cap on calls as the service's, and a cache in the process.

export interface Company {
  __typename: "Company";
  id: string;
  name: string;
  registrationNumber: string;
  status: string;
  report: object;
}

interface Person {
  id: string;
  name: string;
  nationality: string;
  address: { simpleValue: string };
}

const concurrency = Number(process.env.PROVIDER_CONCURRENCY ?? 50);

export const pool = new Pool(process.env.PROVIDER_URL ?? "", { connections: concurrency, pipelining: 1 });

const known = new LRUCache<string, Company>({ max: 10_000 });
const flights = new Map<string, Promise<Company>>();

export async function findCompany(id: string): Promise<Company> {
  const company = known.get(id);
  if (company) return company;
  const flight = flights.get(id) ?? readCompany(id).finally(() => flights.delete(id));
  flights.set(id, flight);
  return flight;
}

/** Buys the company's report: a plain call, without any record of it. */
export async function refreshCompany(id: string): Promise<void> {
  const { body } = await pool.request({ path: `/api/v2/ci/companies/${id}/refresh-report`, method: "POST" });
  await body.dump();
  known.delete(id);
}

async function readCompany(id: string): Promise<Company> {
  const { body } = await pool.request({ path: `/api/v2/ci/companies/${id}`, method: "GET" });
  const company = toCompany(id, JSON.parse(await body.text()));
  known.set(id, company);
  return company;
}

// biome-ignore lint/suspicious/noExplicitAny: a peer takes the provider at its word
function toCompany(id: string, { companyName, companyNumber, companyStatus, fullReport }: any): Company {
  const named = ({ id, name }: Person) => ({ id, name });
  return {
    __typename: "Company",
    id,
    name: companyName,
    registrationNumber: companyNumber,
    status: companyStatus,
    report: {
      fetchedAt: new Date().toISOString(),
      directors: fullReport.directors.currentDirectors.map((person: Person) => ({
        ...named(person),
        nationality: person.nationality,
        address: person.address.simpleValue,
      })),
      shareholders: fullReport.shareCapitalStructure.shareHolders.map(named),
      personsWithSignificantControl:
        fullReport.additionalInformation.personsWithSignificantControl.activePSC.map(named),
      document: fullReport,
    },
  };
}
