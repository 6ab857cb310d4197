import type { IncomingHttpHeaders } from "node:http";

/** What a simulated provider says, before any fault spoils it. */
export interface Answer {
  status: number;
  /** JSON text unless `headers` says otherwise. */
  body: string;
  headers?: Record<string, string>;
}

/** What a route is told of a request. */
export interface SandboxRequest {
  /** What stood in place of `{id}` in the route's template, decoded; empty where it has none. */
  id: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The parsed JSON body; undefined for a GET or an empty body. */
  body: unknown;
  /** Scheme and host as the caller addressed us, for links in answers. */
  origin: string;
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return { status, body: JSON.stringify(value), headers };
}

/** A JSON object, as opposed to a list, a scalar or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
