import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

// A UUID, or the same 32 hex digits without hyphens, as proxies write them: nothing that could carry anything else.
const wellFormed = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i;

/** The id a request is known by in answers and in the log: the router's own in `x-request-id` where it may give one, else a new UUID. */
export function requestIdOf(headers: IncomingHttpHeaders, mayGiveOne: boolean): string {
  const given = headers["x-request-id"];
  return mayGiveOne && typeof given === "string" && wellFormed.test(given) ? given : randomUUID();
}
