import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { BehaviourSwitch } from "../behaviour.ts";
import type { CallLog } from "../call-log.ts";
import { FAULTS } from "../faults.ts";
import type { SimulatedProvider } from "../simulated-provider.ts";
import type { Answer, SandboxRequest } from "./answer.ts";
import { type JsonBody, readJsonBody } from "./body.ts";
import { deliverSpoiled, send } from "./deliver.ts";
import type { Route } from "./route.ts";
import { createRouter } from "./route.ts";

export interface ExchangeDeps {
  provider: SimulatedProvider;
  calls: CallLog;
  behaviour: BehaviourSwitch;
  slowMs: number;
}

/** One call to a provider's API, from its first line to its answer. */
export function createExchange(deps: ExchangeDeps) {
  const { provider, calls } = deps;
  const findRoute = createRouter(provider.routes);

  return async (incoming: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const method = incoming.method ?? "GET";
    const match = findRoute(method, url.pathname);
    calls.begin(method, "route" in match ? match.route.template : "unmatched");
    response.once("close", () => calls.end());

    const body = method === "GET" ? NO_BODY : await readJsonBody(incoming);
    if ("allowed" in match) return send(response, strayAnswer(provider, match.allowed));
    const refusal = provider.turnAway(incoming.headers);
    if (refusal !== null) return send(response, refusal);
    if ("problem" in body) return send(response, badBodyAnswer(provider, body.problem));

    const { route, id } = match;
    const { searchParams: query, origin } = url;
    await answerRoute(response, route, { id, query, headers: incoming.headers, body: body.value, origin }, deps);
  };
}

const NO_BODY: JsonBody = { value: undefined };

async function answerRoute(response: ServerResponse, route: Route, request: SandboxRequest, deps: ExchangeDeps) {
  const { provider, behaviour, slowMs } = deps;
  const { delayMs = 0, released, fault: forcedFault } = behaviour.take(route.kind);
  const faultName = forcedFault ?? route.faultOf(request);
  const fault = faultName === null ? null : FAULTS[faultName];

  // A charging fault does the work and bills it, and only then answers badly. The others never get that far.
  const answer = fault?.charges === false ? NOT_DONE : route.answer(request);
  if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
  await released;
  if (fault === null) return send(response, answer);
  await deliverSpoiled(response, fault, { answer, problem: provider.problem, slowMs });
}

const NOT_DONE: Answer = { status: 200, body: "{}" };

function strayAnswer(provider: SimulatedProvider, allowed: readonly string[]): Answer {
  if (allowed.length === 0) return provider.problem(404, "Not found");
  const answer = provider.problem(405, "Method not allowed");
  return { ...answer, headers: { ...answer.headers, allow: allowed.join(", ") } };
}

function badBodyAnswer(provider: SimulatedProvider, problem: "too large" | "malformed"): Answer {
  return problem === "too large" ? provider.problem(413, "Body too large") : provider.problem(400, "Malformed JSON");
}
