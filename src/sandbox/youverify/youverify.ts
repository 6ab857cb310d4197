import { faultInId } from "../faults.ts";
import { type Answer, isObject, jsonAnswer, type SandboxRequest } from "../http/answer.ts";
import type { SimulatedProvider, SimulationDeps } from "../simulated-provider.ts";
import { answerAbout } from "./companies.ts";
import { IdentityStore, type NewReport } from "./identity-store.ts";
import { problem } from "./problem.ts";

const API_KEY = "sandbox-youverify-key";
/** `F0000402`: asking for its report is refused with 402. */
const PAID_FAULT = /^F0000(\d{3})$/;
/** 21 zeros and 402: reading that report is refused with 402. */
const READ_FAULT = /^0{21}(\d{3})$/;

/**
 * Youverify's UK business credit report, after the page of that name and "retrieve an already verified identity".
 * A found company's data, the 400 for a bad request and how long PENDING lasts are guesses; nobody publishes them.
 */
export function simulateYouverify({ clock, charges, runId }: SimulationDeps): SimulatedProvider {
  const identities = new IdentityStore({ clock, runId, isFaultId: (id) => faultInId(id, READ_FAULT) !== null });

  const requestReport = ({ body }: SandboxRequest): Answer => {
    const order = parseOrder(body);
    if (typeof order === "string") return problem(400, order);
    const report = identities.add(order);
    charges.record({
      operation: "credit-report",
      target: order.companyNumber,
      reference: report.id,
      metadata: order.metadata,
    });
    return success("success", report.document(clock()));
  };

  const getIdentity = ({ id }: SandboxRequest): Answer => {
    const identity = identities.find(id);
    if (identity === undefined) return problem(404);
    return success("Identity retrieved successfully!", identity.document(clock()));
  };

  return {
    apiKey: API_KEY,
    routes: [
      {
        method: "POST",
        template: "/v2/api/identity/credit-report/gb/business",
        kind: "paid",
        faultOf: ({ body }) => faultInId(companyNumberIn(body), PAID_FAULT),
        answer: requestReport,
      },
      {
        method: "GET",
        template: "/v2/api/identity/{id}",
        kind: "read",
        faultOf: ({ id }) => faultInId(id, READ_FAULT),
        answer: getIdentity,
      },
    ],
    turnAway: ({ token }) => (token === API_KEY ? null : problem(403)),
    problem,
    forget: () => identities.forget(),
  };
}

function success(message: string, data: Record<string, unknown>): Answer {
  return jsonAnswer(200, { success: true, statusCode: 200, message, data, links: [] });
}

function parseOrder(body: unknown): NewReport | string {
  const companyNumber = companyNumberIn(body);
  if (!isObject(body) || companyNumber === "") return '"companyNumber" is required';
  if (body.isSubjectConsent !== true) return '"isSubjectConsent" must be true';
  const { metadata = {} } = body;
  if (!isObject(metadata)) return '"metadata" must be an object';
  return { companyNumber, metadata, answer: answerAbout(companyNumber) };
}

// The page's table says companyName, its sample says companyNumber; both mean the registration number.
function companyNumberIn(body: unknown): string {
  if (!isObject(body)) return "";
  const number = body.companyNumber ?? body.companyName;
  return typeof number === "string" ? number.trim() : "";
}
