import { Readable } from "node:stream";
import type { ApolloServer } from "@apollo/server";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Authenticator } from "../auth/authenticate.ts";
import type { AskedOperation, BoundsGate } from "../bounds/bounds-gate.ts";
import type { Caller, RequestContext } from "../graphql/context.ts";
import type { DirectAnswers } from "../graphql/direct-answers.ts";
import type { RequestObserver, RequestWatch } from "../graphql/request-observer.ts";
import { parseJson } from "../http/answer.ts";
import type { DirectRoute } from "./direct-route.ts";
import { graphqlPath } from "./graphql-path.ts";
import { watchRequest } from "./request-watch.ts";

export interface GraphQLRouteParts<Context extends RequestContext> {
  apollo: ApolloServer<Context>;
  /** Learns what it need not hand over the next time. */
  direct?: DirectAnswers<Context> | undefined;
  /** Hands over what it does not answer. */
  directRoute?: Pick<DirectRoute<Context>, "arrivalOf"> | undefined;
  authenticator: Authenticator;
  bounds: Pick<BoundsGate, "check">;
  createContext(request: RequestContext): Context;
  now: () => number;
  requests?: RequestObserver | undefined;
}

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | null;
    /** Milliseconds since 1970, before its token and its body were read. */
    arrivedAtMs: number;
    watch: RequestWatch | undefined;
  }
}

/** GraphQL over HTTP, by Apollo Server. */
export function serveGraphQL<Context extends RequestContext>(
  server: FastifyInstance,
  { apollo, direct, directRoute, authenticator, bounds, createContext, now, requests }: GraphQLRouteParts<Context>,
): void {
  server.decorateRequest("caller", null);
  server.decorateRequest("arrivedAtMs", 0);
  server.decorateRequest("watch", undefined);
  const contextOf = (request: FastifyRequest): Context => {
    if (!request.caller) throw new Error("Expected the caller to be known by now");
    const { id: requestId, caller, arrivedAtMs, log, watch } = request;
    return createContext({ requestId, caller, now, arrivedAtMs, log, watch });
  };
  const askApollo = fastifyApolloHandler(apollo, { context: async (request) => contextOf(request) });
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const body: unknown = await askApollo.call(server, request, reply);
    const { method, headers } = request;
    if (method === "POST" && reply.statusCode === 200) direct?.learn(headers, reply.getHeader("content-type"));
    return withRequestId(body, request, reply);
  };
  server.route({
    url: graphqlPath,
    method: ["GET", "POST"],
    onRequest: (request, reply, done) => {
      const arrival = directRoute?.arrivalOf(request.raw);
      request.arrivedAtMs = arrival?.arrivedAtMs ?? now();
      request.watch = arrival ? arrival.watch : watchRequest(reply.raw, requests);
      checkAddress(request);
      const admit = (caller: Caller) => {
        request.caller = caller;
        done();
      };
      const caller = authenticator.authenticate(request.headers);
      if (caller instanceof Promise) caller.then(admit, done);
      else admit(caller);
    },
    preParsing: ({ raw }, _reply, payload, done) => {
      const arrival = directRoute?.arrivalOf(raw);
      done(null, arrival ? Readable.from([arrival.body]) : payload);
    },
    preHandler: (request, _reply, done) => {
      bounds.check(askedOperation(request));
      done();
    },
    handler: (request, reply) => {
      const work = () => answer(request, reply);
      return request.watch ? request.watch.run(request.headers, work) : work();
    },
  });
}

// Apollo puts the address together from both, and what can't be put together would be an error of ours.
function checkAddress({ url, protocol, hostname }: FastifyRequest): void {
  if (URL.canParse(url, `${protocol}://${hostname}/`)) return;
  throw Object.assign(new Error("server: expected a host and a path that make an address"), { statusCode: 400 });
}

// Read just as Apollo reads it: whatever is read in two ways can be made to look harmless in one of them.
function askedOperation({ method, url, body }: FastifyRequest): AskedOperation {
  if (method !== "GET") return typeof body === "object" && body !== null ? body : {};
  const parameters = new URL(url, "http://localhost").searchParams;
  return {
    query: parameters.get("query"),
    operationName: parameters.get("operationName"),
    variables: parseJson(parameters.get("variables") ?? ""),
  };
}

// Apollo refuses some requests before anything of ours is asked; their errors get the id here.
function withRequestId(body: unknown, { id: requestId }: FastifyRequest, reply: FastifyReply): unknown {
  if (reply.statusCode < 400 || typeof body !== "string") return body;
  const { errors, ...rest } = JSON.parse(body) as { errors?: { extensions?: object }[] };
  const marked = errors?.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  return JSON.stringify({ ...(marked && { errors: marked }), ...rest });
}
