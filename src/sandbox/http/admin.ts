import type { IncomingMessage, ServerResponse } from "node:http";
import { type BehaviourSwitch, parseBehaviour } from "../behaviour.ts";
import type { CallLog } from "../call-log.ts";
import type { ChargeLog } from "../charge-log.ts";
import { FAULTS } from "../faults.ts";
import { type Answer, jsonAnswer } from "./answer.ts";
import { readJsonBody } from "./body.ts";
import { send } from "./deliver.ts";

export interface AdminDeps {
  charges: ChargeLog;
  calls: CallLog;
  behaviour: BehaviourSwitch;
  reset: () => void;
}

/** The sandbox's own endpoints, beside the provider's: paths that begin with `/_`. No key, loopback callers only. */
export function createAdmin(deps: AdminDeps) {
  return async (incoming: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const endpoint = ENDPOINTS[`${incoming.method} ${path}`];
    const body = await readJsonBody(incoming);
    if (!isLoopback(incoming.socket.remoteAddress)) return send(response, jsonAnswer(403, { error: "Loopback only" }));
    if (endpoint === undefined) return send(response, missing(path));
    if ("problem" in body) return send(response, jsonAnswer(400, { error: `Body ${body.problem}` }));
    send(response, endpoint(deps, body.value));
  };
}

const ENDPOINTS: Readonly<Record<string, (deps: AdminDeps, body: unknown) => Answer>> = {
  "GET /_charges": ({ charges }) => {
    const list = charges.list();
    return jsonAnswer(200, { count: list.length, charges: list });
  },
  "GET /_calls": ({ calls }) =>
    jsonAnswer(200, {
      count: calls.count(),
      atOnce: calls.atOnce(),
      byTemplate: calls.byTemplate(),
      calls: calls.list(),
    }),
  "GET /_faults": () => jsonAnswer(200, FAULTS),
  "PUT /_behaviour": ({ behaviour }, body) => {
    const parsed = parseBehaviour(body);
    if (typeof parsed === "string") return jsonAnswer(400, { error: parsed });
    behaviour.set(parsed);
    return jsonAnswer(200, parsed);
  },
  "DELETE /_behaviour": ({ behaviour }) => {
    behaviour.set(null);
    return jsonAnswer(200, {});
  },
  "POST /_reset": ({ reset }) => {
    reset();
    return jsonAnswer(200, {});
  },
};

function missing(path: string): Answer {
  const allowed = Object.keys(ENDPOINTS).flatMap((key) => (key.endsWith(` ${path}`) ? [key.split(" ")[0] ?? ""] : []));
  if (allowed.length === 0) return jsonAnswer(404, { error: "Not found" });
  return jsonAnswer(405, { error: "Method not allowed" }, { allow: allowed.join(", ") });
}

function isLoopback(address = ""): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}
