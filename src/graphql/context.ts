import type { FastifyBaseLogger } from "fastify";
import type { RequestWatch } from "./request-observer.ts";

/** Who asks. */
export interface Caller {
  /** The stable name that charges are recorded under. */
  id: string;
  /** Whether the caller has this scope. It never changes its answer: other rights are another caller. */
  can(scope: string): boolean;
}

/** What every domain may take from the request it serves. Each domain adds its own in `<domain>.context.ts`. */
export interface RequestContext {
  requestId: string;
  caller: Caller;
  /** Milliseconds since 1970. */
  now: () => number;
  /** When the request arrived, in the same. */
  arrivedAtMs: number;
  log: FastifyBaseLogger;
  /** Whoever counts this request; nobody where it does not come over HTTP. */
  watch?: Pick<RequestWatch, "resolved" | "answered"> | undefined;
}
