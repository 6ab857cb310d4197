import type { FastifyBaseLogger } from "fastify";
import type { RequestContext } from "../../src/graphql/context.ts";

/** When the tests' requests arrive. */
export const NOON = Date.UTC(2030, 0, 15, 12);

/** One request, and what it logged as an error. */
export function aRequest({ nowMs = NOON } = {}): RequestContext & { errorLog: unknown[][] } {
  const errorLog: unknown[][] = [];
  const log = { error: (...words: unknown[]) => errorLog.push(words) } as unknown as FastifyBaseLogger;
  const caller = { id: "specimen-caller", can: () => true };
  return { requestId: "request-1", caller, now: () => nowMs, arrivedAtMs: nowMs, log, errorLog };
}
