import type { FaultName } from "../faults.ts";
import type { Answer, SandboxRequest } from "./answer.ts";

/** One endpoint of a simulated provider. */
export interface Route {
  method: "GET" | "POST" | "PUT";
  /** With `{id}` for the changing part. A template that ends with a slash is met without it, too. */
  template: string;
  /** A paid route records a charge before it answers with success. */
  kind: "read" | "paid";
  /** The fault that the id or number in the request asks for. */
  faultOf(request: SandboxRequest): FaultName | null;
  answer(request: SandboxRequest): Answer;
}

export type RouteMatch = { route: Route; id: string } | { allowed: string[] };

/** Finds the route for a method and a path; if only the path fits, the methods it takes (none: no such path). */
export function createRouter(routes: readonly Route[]) {
  const compiled = routes.map((route) => ({ route, pattern: toPattern(route.template) }));

  return (method: string, path: string): RouteMatch => {
    const allowed: string[] = [];
    for (const { route, pattern } of compiled) {
      const match = pattern.exec(path);
      if (match === null) continue;
      if (route.method === method) return { route, id: decode(match[1] ?? "") };
      allowed.push(route.method);
    }
    return { allowed };
  };
}

function toPattern(template: string): RegExp {
  return new RegExp(`^${template.replace("{id}", "([^/]+)").replace(/\/$/, "/?")}$`);
}

// A broken escape is nobody's id: kept as it came, it will not be found.
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
