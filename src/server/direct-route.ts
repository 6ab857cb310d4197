import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Authenticator } from "../auth/authenticate.ts";
import type { BoundsGate } from "../bounds/bounds-gate.ts";
import type { RequestContext } from "../graphql/context.ts";
import type { DirectAnswer, DirectAnswers } from "../graphql/direct-answers.ts";
import type { RequestObserver } from "../graphql/request-observer.ts";
import { type Arrival, DirectRequest } from "./direct-request.ts";
import { graphqlPath } from "./graphql-path.ts";
import type { Health } from "./health.ts";
import { PlainRequests } from "./plain-requests.ts";
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

const nothing = Buffer.alloc(0);

/**
 * Answers at once what routers ask over and over again: JSON sent by POST, with a token that was verified before, for a
 * query that was answered before. Whatever is otherwise, or refused by anything, goes on to `next` as if it had not been
 * looked at. It is known there by its arrival.
 */
export class DirectRoute<Context extends RequestContext> {
  private readonly handedOver = new WeakMap<IncomingMessage, Arrival>();
  private readonly plain: PlainRequests;

  constructor(private readonly parts: DirectRouteParts<Context>) {
    this.plain = new PlainRequests(parts.maxBodyBytes);
  }

  /** What is known of a request that was handed over. */
  arrivalOf(request: IncomingMessage): Arrival | undefined {
    return this.handedOver.get(request);
  }

  /** Answers it, or hands it over to `next`. */
  take(request: IncomingMessage, response: ServerResponse, next: RequestListener): void {
    const { authenticator, now, requests } = this.parts;
    const { headers } = request;
    const caller = this.plain.include(request) ? authenticator.recall(headers) : undefined;
    if (!caller) {
      next(request, response);
      return;
    }
    const arrival: Arrival = {
      requestId: requestIdOf(headers, authenticator.cameThroughRouter(headers)),
      caller,
      arrivedAtMs: now(),
      beganMs: performance.now(),
      watch: watchRequest(response, requests),
      body: nothing,
    };
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
    });
    request.on("end", () => {
      arrival.body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      this.answer(request, response, arrival, next);
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse, arrival: Arrival, next: RequestListener): void {
    const handOver = () => {
      this.handedOver.set(request, arrival);
      next(request, response);
    };
    const send = (answer: DirectAnswer | undefined) => {
      if (answer) this.send(response, answer, arrival);
      else handOver();
    };
    const answer = this.find(request, arrival);
    if (answer instanceof Promise) answer.then(send, handOver);
    else send(answer);
  }

  private find({ headers }: IncomingMessage, arrival: Arrival) {
    const { direct, bounds, createContext } = this.parts;
    try {
      const body: unknown = JSON.parse(arrival.body.toString());
      if (typeof body !== "object" || body === null) return undefined;
      bounds.check(body);
      const context = () => createContext(new DirectRequest(arrival, this.parts));
      const answer = () => direct.answer({ headers, body }, context);
      return arrival.watch ? arrival.watch.run(headers, answer) : answer();
    } catch {
      // It fails again where it is handed over to, and is told of there.
      return undefined;
    }
  }

  private send(
    response: ServerResponse,
    { status, contentType, body }: DirectAnswer,
    { requestId, beganMs }: Arrival,
  ): void {
    // The client has left.
    if (response.destroyed) return;
    const { health, log } = this.parts;
    // What Fastify's hooks put on every other answer: `server.ts` and whatever it calls.
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
    log.answered({
      requestId,
      method: "POST",
      route: graphqlPath,
      status,
      ms: Math.round(performance.now() - beganMs),
    });
  }
}
