import { randomUUID } from "node:crypto";
import type { ApolloServer } from "@apollo/server";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import cors from "@fastify/cors";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import type { GraphQLError } from "graphql";
import type { Authenticator } from "./auth/authenticate.ts";
import type { AskedOperation, BoundsGate } from "./bounds/bounds-gate.ts";
import { explorerPage } from "./explorer-page.ts";
import type { Caller, RequestContext } from "./graphql/context.ts";
import type { DirectAnswers } from "./graphql/direct-answers.ts";
import { CodedError, describeForLog, notFound, toClientError } from "./graphql/errors.ts";
import { parseJson } from "./http/answer.ts";

export interface ServerOptions<Context extends RequestContext> {
  apollo: ApolloServer<Context>;
  /** Answers what Apollo Server need not see again; without it, that one answers everything. */
  direct?: DirectAnswers<Context> | undefined;
  authenticator: Authenticator;
  bounds: Pick<BoundsGate, "check">;
  createContext(request: RequestContext): Context;
  now: () => number;
  log: FastifyBaseLogger;
  corsOrigins: string[];
  maxBodyBytes: number;
  /** The query that the page at `/` opens with; no page without one. */
  explorerQuery?: string | undefined;
}

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** Everything that answers HTTP: GraphQL, health, and the explorer page. */
export async function createServer<Context extends RequestContext>(
  options: ServerOptions<Context>,
): Promise<FastifyInstance> {
  const { log, corsOrigins, maxBodyBytes, explorerQuery } = options;
  const server = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: () => randomUUID(),
    bodyLimit: maxBodyBytes,
    // Left in, so that it is refused by name where it matters instead of as unreadable.
    onProtoPoisoning: "ignore",
    onConstructorPoisoning: "ignore",
    frameworkErrors: answerError,
  });
  await server.register(cors, {
    origin: corsOrigins,
    methods: ["GET", "POST"],
    exposedHeaders: ["x-request-id"],
    maxAge: 600,
  });

  markResponses(server);
  logRequests(server);
  letConnectionsGo(server);
  server.setErrorHandler(answerError);
  // Fastify's own repeats the address, in the log too, and an address may hold what was asked.
  server.setNotFoundHandler((request, reply) => answerError(notFound(), request, reply));
  serveHealth(server);
  serveGraphQL(server, options);
  if (explorerQuery) {
    server.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(explorerPage(explorerQuery)));
  }
  return server;
}

function serveGraphQL<Context extends RequestContext>(server: FastifyInstance, options: ServerOptions<Context>): void {
  const { apollo, direct, authenticator, bounds, now } = options;
  server.decorateRequest("caller", null);
  const contextOf = (request: FastifyRequest): Context => {
    if (!request.caller) throw new Error("Expected the caller to be known by now");
    const { id: requestId, caller, log } = request;
    return options.createContext({ requestId, caller, now, arrivedAtMs: now(), log });
  };
  const apolloAnswer = fastifyApolloHandler(apollo, { context: async (request) => contextOf(request) });
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const known = await direct?.answer(request, reply, () => contextOf(request));
    if (known !== undefined) return known;
    const body: unknown = await apolloAnswer.call(server, request, reply);
    direct?.learn(request, reply);
    return body;
  };
  server.route({
    url: "/graphql",
    method: ["GET", "POST"],
    onRequest: async (request) => {
      checkAddress(request);
      request.caller = await authenticator.authenticate(request.headers);
    },
    preHandler: (request, _reply, done) => {
      bounds.check(askedOperation(request));
      done();
    },
    handler: async (request, reply) => withRequestId(await answer(request, reply), request, reply),
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
  return { query: parameters.get("query"), variables: parseJson(parameters.get("variables") ?? "") };
}

// Apollo refuses some requests before anything of ours is asked; their errors get the id here.
function withRequestId(body: unknown, { id: requestId }: FastifyRequest, reply: FastifyReply): unknown {
  if (reply.statusCode < 400 || typeof body !== "string") return body;
  const { errors, ...rest } = JSON.parse(body) as { errors?: { extensions?: object }[] };
  const marked = errors?.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  return JSON.stringify({ ...(marked && { errors: marked }), ...rest });
}

function markResponses(server: FastifyInstance): void {
  server.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id).header("cache-control", "no-store");
    done();
  });
}

function logRequests(server: FastifyInstance): void {
  server.addHook("onResponse", (request, reply, done) => {
    const { method, routeOptions } = request;
    const facts = { method, route: routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    request.log.info(facts, "request");
    done();
  });
}

// A connection that is busy when closing begins is kept by the client afterwards, and would hold up the end for over a minute.
function letConnectionsGo(server: FastifyInstance): void {
  let closing = false;
  server.addHook("preClose", async () => {
    closing = true;
  });
  server.addHook("onSend", (_request, reply, _payload, done) => {
    if (closing) reply.header("connection", "close");
    done();
  });
}

function serveHealth(server: FastifyInstance): void {
  server.get("/health/live", () => ({ status: "ok" }));
  server.get("/health/ready", (_request, reply) => {
    const ready = server.server.listening;
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ok" : "not ready" });
  });
}

// What goes wrong before Apollo sees the request, such as a body that is too large, is answered in the form clients parse.
function answerError(error: FastifyError | GraphQLError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const { status, error: told } = toClientError(error);
  if (status >= 500 || error instanceof CodedError) request.log.error(describeForLog(error), "a request failed");
  const errors = [{ ...told, extensions: { ...told.extensions, requestId: request.id } }];
  void reply.code(status).header("x-request-id", request.id).header("cache-control", "no-store").send({ errors });
}
