import type { FastifyBaseLogger } from "fastify";
import type { Caller, RequestContext } from "../graphql/context.ts";
import type { RequestWatch } from "../graphql/request-observer.ts";

/** A request whose body has been read, and which is not answered yet. */
export interface Arrival {
  requestId: string;
  caller: Caller;
  /** Milliseconds since 1970. */
  arrivedAtMs: number;
  /** On the process's own clock, in milliseconds. */
  beganMs: number;
  /** Whoever counts it, from here to its end. */
  watch: RequestWatch | undefined;
  /** Nothing until it is whole. */
  body: Buffer;
}

/** What lives as long as the process that a request takes along. */
export interface DirectRequestParts {
  now: () => number;
  log: FastifyBaseLogger;
}

/**
 * What the context is made of where Fastify has made no request. A class, for V8 makes a hidden class that outlives the
 * request of each object literal with a getter.
 */
export class DirectRequest implements RequestContext {
  readonly requestId: string;
  readonly caller: Caller;
  readonly now: () => number;
  readonly arrivedAtMs: number;
  readonly watch: RequestWatch | undefined;
  private ownLog: FastifyBaseLogger | undefined;

  constructor(
    { requestId, caller, arrivedAtMs, watch }: Arrival,
    private readonly parts: DirectRequestParts,
  ) {
    this.requestId = requestId;
    this.caller = caller;
    this.now = parts.now;
    this.arrivedAtMs = arrivedAtMs;
    this.watch = watch;
  }

  /** Made for whoever has something to say: most requests have not. */
  get log(): FastifyBaseLogger {
    this.ownLog ??= this.parts.log.child({ requestId: this.requestId });
    return this.ownLog;
  }
}
