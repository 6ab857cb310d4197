import { faultInId } from "../faults.ts";
import { type Answer, jsonAnswer, type SandboxRequest } from "../http/answer.ts";
import type { SimulatedProvider, SimulationDeps } from "../simulated-provider.ts";
import { COMPANIES, faultCompany } from "./companies.ts";
import { CompanyRecord } from "./company-record.ts";

const API_KEY = "sandbox-credas-key";
/** 80402: reading it is refused with 402, refreshing it works. */
const READ_FAULT = /^80(\d{3})$/;
/** 90402: refreshing it is refused with 402, reading it works. */
const PAID_FAULT = /^90(\d{3})$/;

/**
 * Credas as far as it is known: https://apisupport.credas.com, and the page "Refresh a Company Check".
 * The company endpoint's path, the answer to a refresh and the form of errors are guesses; nobody publishes them.
 */
export function simulateCredas({ clock, charges }: SimulationDeps): SimulatedProvider {
  let records = new Map<string, CompanyRecord>();

  const forget = () => {
    const startedAt = clock();
    records = new Map(COMPANIES.map((company) => [String(company.id), new CompanyRecord(company, startedAt)]));
  };
  forget();

  const find = (id: string): CompanyRecord | undefined => {
    const known = records.get(id);
    if (known !== undefined || (faultInId(id, READ_FAULT) ?? faultInId(id, PAID_FAULT)) === null) return known;
    const made = new CompanyRecord(faultCompany(Number(id)), clock());
    records.set(id, made);
    return made;
  };

  const getCompany = ({ id }: SandboxRequest): Answer => {
    const record = find(id);
    return record === undefined ? problem(404, "Not Found") : { status: 200, body: record.json(clock()) };
  };

  const refreshReport = ({ id }: SandboxRequest): Answer => {
    const record = find(id);
    if (record === undefined) return problem(404, "Not Found");
    charges.record({ operation: "refresh-report", target: id, reference: id });
    record.refresh(clock());
    return jsonAnswer(200, { companyId: Number(id), message: "Report refresh requested" });
  };

  return {
    apiKey: API_KEY,
    routes: [
      {
        method: "GET",
        template: "/api/v2/ci/companies/{id}",
        kind: "read",
        faultOf: ({ id }) => faultInId(id, READ_FAULT),
        answer: getCompany,
      },
      {
        method: "POST",
        template: "/api/v2/ci/companies/{id}/refresh-report",
        kind: "paid",
        faultOf: ({ id }) => faultInId(id, PAID_FAULT),
        answer: refreshReport,
      },
    ],
    // Credas' pages say both 401 and 403 for a bad key; the one about keys says 403.
    turnAway: (headers) => (headers["x-api-key"] === API_KEY ? null : problem(403, "Forbidden")),
    problem: (status, title) => {
      // As an HTTP date here, as seconds elsewhere: both are allowed, and a client has to read both.
      const retryAfter = status === 429 ? { "retry-after": new Date(clock() + 2000).toUTCString() } : {};
      return problem(status, title, retryAfter);
    },
    forget,
  };
}

/** ASP.NET's problem details: the form that clients of Credas seem to expect. */
function problem(status: number, title: string, headers: Record<string, string> = {}): Answer {
  const body = { type: "about:blank", title, status };
  return jsonAnswer(status, body, { "content-type": "application/problem+json", ...headers });
}
