import type { IncomingHttpHeaders } from "node:http";
import { faultInId } from "../faults.ts";
import { type Answer, jsonAnswer, type SandboxRequest } from "../http/answer.ts";
import type { SimulatedProvider, SimulationDeps } from "../simulated-provider.ts";
import { listAnswer } from "./list.ts";
import { problem } from "./problem.ts";
import { refusalToReverify, reverified } from "./reverify.ts";
import { VerificationStore } from "./verification-store.ts";

const API_KEY = "sandbox-truework-key";
/** The versions that have the `verification-requests` endpoints. */
const VERSIONS = ["2019-10-15", "2020-12-07", "2022-08-01"];
/** `vr_sandbox_read_402`: reading it is refused with 402, reverifying it works. */
const READ_FAULT = /^vr_sandbox_read_(\d{3})$/;
/** `vr_sandbox_reverify_402`: reverifying it is refused with 402, reading it works. */
const PAID_FAULT = /^vr_sandbox_reverify_(\d{3})$/;

/**
 * Truework's verification requests as of version 2022-08-01, after the page "Reverify a Verification", the SDKs and their
 * published fixtures. The messages of refusals and the times a reverification takes are guesses.
 */
export function simulateTruework({ clock, charges, runId }: SimulationDeps): SimulatedProvider {
  const isFaultId = (id: string) => (faultInId(id, READ_FAULT) ?? faultInId(id, PAID_FAULT)) !== null;
  const store = new VerificationStore({ clock, isFaultId });
  let made = 0;

  const getVerification = ({ id }: SandboxRequest): Answer => {
    const verification = store.find(id);
    return verification === undefined ? problem(404, "Not found.") : { status: 200, body: store.json(verification) };
  };

  const reverify = ({ id, body, headers }: SandboxRequest): Answer => {
    const original = store.find(id);
    if (original === undefined) return problem(404, "Not found.");
    const mode = headers["request-sync"] ?? "async";
    const refusal = refusalToReverify(original, { body, mode, now: clock() });
    if (refusal !== null) return refusal;

    made += 1;
    const verification = reverified(original, { suffix: `reverified_${runId}_${made}`, mode, now: clock() });
    charges.record({ operation: "reverify", target: id, reference: verification.id });
    store.add(verification);
    return { status: 201, body: store.json(verification) };
  };

  return {
    apiKey: API_KEY,
    routes: [
      {
        method: "GET",
        template: "/verification-requests/",
        kind: "read",
        faultOf: () => null,
        answer: ({ query, origin }) => listAnswer(store, { query, origin, now: clock() }),
      },
      {
        method: "GET",
        template: "/verification-requests/{id}/",
        kind: "read",
        faultOf: ({ id }) => faultInId(id, READ_FAULT),
        answer: getVerification,
      },
      {
        method: "PUT",
        template: "/verification-requests/{id}/reverify/",
        kind: "paid",
        faultOf: ({ id }) => faultInId(id, PAID_FAULT),
        answer: reverify,
      },
    ],
    turnAway,
    problem,
    forget: () => store.forget(),
  };
}

function turnAway({ authorization, accept = "" }: IncomingHttpHeaders): Answer | null {
  if (authorization !== `Bearer ${API_KEY}`) return jsonAnswer(401, { error: { message: "Invalid token." } });
  const version = /version=([^;,\s]+)/.exec(accept)?.[1];
  if (version !== undefined && !VERSIONS.includes(version)) return problem(406, "Invalid API version requested");
  return null;
}
