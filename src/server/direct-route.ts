import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { FastifyBaseLogger } from "fastify";
import type { Authenticator } from "../auth/authenticate.ts";
import type { BoundsGate } from "../bounds/bounds-gate.ts";
import type { Caller, RequestContext } from "../graphql/context.ts";
import type { DirectAnswer, DirectAnswers } from "../graphql/direct-answers.ts";
import type { RequestObserver, RequestWatch } from "../graphql/request-observer.ts";
import type { Health } from "./health.ts";
import { requestIdOf } from "./request-id.ts";
import type { ServiceLog } from "./request-log.ts";
import { watchRequest } from "./request-watch.ts";
import { NO_STORE } from "./response-headers.ts";

export interface DirectRouteParts<Context extends RequestContext> {
  direct: DirectAnswers<Context>;
  authenticator: Authenticator;
  bounds: Pick<BoundsGate, "check">;
  createContext(request: RequestContext): Context;
  now: () => number;
  log: ServiceLog;
  health: Health;
  requests?: RequestObserver | undefined;
  maxBodyBytes: number;
}

/** A request whose body has been read, and which is not answered yet. */
export interface Arrival {
  caller: Caller;
  /** Milliseconds since 1970. */
  arrivedAtMs: number;
  /** On the process's own clock. */
  beganMs: number;
  watch: RequestWatch | null;
  body: Buffer;
}

const url = "/graphql";
const plainTypes: readonly unknown[] = ["application/json", "application/json; charset=utf-8"];

/**
 * Answers at once what routers ask over and over again: JSON sent by POST, with a token that was verified before, for a
 * query that was answered before. Whatever is otherwise, or refused by anything, goes on to `next` as if it had not been
 * looked at. It is known there by its arrival.
 */
export class DirectRoute<Context extends RequestContext> {
  private readonly handedOver = new WeakMap<IncomingMessage, Arrival>();
  /** The last Host header that makes an address: nearly all requests have the same. */
  private host: string | undefined;

  constructor(private readonly parts: DirectRouteParts<Context>) {}

  /** What is known of a request that was handed over. */
  arrivalOf(request: IncomingMessage): Arrival | undefined {
    return this.handedOver.get(request);
  }

  take(request: IncomingMessage, response: ServerResponse, next: RequestListener): void {
    const { authenticator, now, requests } = this.parts;
    const caller = this.isPlain(request) ? authenticator.recall(request.headers) : undefined;
    if (!caller) {
      next(request, response);
      return;
    }
    const seen = { caller, arrivedAtMs: now(), beganMs: performance.now(), watch: watchRequest(response, requests) };
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
    });
    request.on("end", () => {
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      this.answer(request, response, { ...seen, body }, next);
    });
  }

  // Whatever has a say in how a request is to be understood is left to those who know of it.
  private isPlain({ method, url: asked, headers }: IncomingMessage): boolean {
    return (
      method === "POST" &&
      asked === url &&
      plainTypes.includes(headers["content-type"]) &&
      Number(headers["content-length"]) <= this.parts.maxBodyBytes &&
      headers.origin === undefined &&
      headers["content-encoding"] === undefined &&
      this.isHost(headers.host)
    );
  }

  // One with a user's name in it is read in more than one way.
  private isHost(host: string | undefined): boolean {
    if (host === undefined || host.includes("@")) return false;
    if (host !== this.host && URL.canParse(url, `http://${host}/`)) this.host = host;
    return host === this.host;
  }

  private answer(request: IncomingMessage, response: ServerResponse, arrival: Arrival, next: RequestListener): void {
    const handOver = () => {
      this.handedOver.set(request, arrival);
      next(request, response);
    };
    const requestId = requestIdOf(request.headers, this.parts.authenticator.cameThroughRouter(request.headers));
    const send = (answer: DirectAnswer | undefined) => {
      if (answer) this.send(response, answer, { requestId, ...arrival });
      else handOver();
    };
    const answer = this.find(request, requestId, arrival);
    if (answer instanceof Promise) answer.then(send, handOver);
    else send(answer);
  }

  private find({ headers }: IncomingMessage, requestId: string, arrival: Arrival) {
    const { direct, bounds, createContext } = this.parts;
    try {
      const body: unknown = JSON.parse(arrival.body.toString());
      if (typeof body !== "object" || body === null) return undefined;
      bounds.check(body);
      const context = () => createContext(new DirectRequest(requestId, arrival, this.parts));
      const answer = () => direct.answer({ headers, body }, context);
      return arrival.watch ? arrival.watch.run(headers, answer) : answer();
    } catch {
      return undefined;
    }
  }

  private send(
    response: ServerResponse,
    { status, contentType, body }: DirectAnswer,
    { requestId, beganMs }: Pick<Arrival, "beganMs"> & { requestId: string },
  ): void {
    // The client has left.
    if (response.destroyed) return;
    const { health, log } = this.parts;
    const head = [
      "x-request-id",
      requestId,
      "vary",
      "Origin",
      "access-control-expose-headers",
      "x-request-id",
      "content-type",
      contentType,
      "cache-control",
      NO_STORE,
      "content-length",
      String(Buffer.byteLength(body)),
    ];
    if (health.isDraining) head.push("connection", "close");
    response.writeHead(status, head).end(body);
    log.answered({ requestId, method: "POST", route: url, status, ms: Math.round(performance.now() - beganMs) });
  }
}

// A class, for V8 makes a hidden class that outlives the request of each object literal with a getter.
class DirectRequest implements RequestContext {
  readonly caller: Caller;
  readonly now: () => number;
  readonly arrivedAtMs: number;
  readonly watch: RequestWatch | undefined;

  constructor(
    readonly requestId: string,
    { caller, arrivedAtMs, watch }: Arrival,
    private readonly parts: Pick<DirectRouteParts<never>, "now" | "log">,
  ) {
    this.caller = caller;
    this.now = parts.now;
    this.arrivedAtMs = arrivedAtMs;
    this.watch = watch ?? undefined;
  }

  /** Made for whoever has something to say: most requests have not. */
  get log(): FastifyBaseLogger {
    return this.parts.log.child({ requestId: this.requestId });
  }
}
