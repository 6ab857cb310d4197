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
import type { Registry } from "prom-client";
import type { Authenticator } from "../auth/authenticate.ts";
import type { AskedOperation, BoundsGate } from "../bounds/bounds-gate.ts";
import type { Caller, RequestContext } from "../graphql/context.ts";
import type { DirectAnswers } from "../graphql/direct-answers.ts";
import { CodedError, describeForLog, notFound, toClientError } from "../graphql/errors.ts";
import type { RequestObserver, RequestWatch } from "../graphql/request-observer.ts";
import { parseJson } from "../http/answer.ts";
import { letConnectionsGo } from "./drain.ts";
import { serveExplorer } from "./explorer.ts";
import { Health, serveHealth } from "./health.ts";
import { requestIdOf } from "./request-id.ts";
import { markResponses, NO_STORE } from "./response-headers.ts";

export interface ServerOptions<Context extends RequestContext> {
  apollo: ApolloServer<Context>;
  /** Answers what Apollo Server need not see again; without it, that one answers everything. */
  direct?: DirectAnswers<Context> | undefined;
  authenticator: Authenticator;
  bounds: Pick<BoundsGate, "check">;
  createContext(request: RequestContext): Context;
  now: () => number;
  log: FastifyBaseLogger;
  health?: Health;
  /** Whoever counts requests. */
  requests?: RequestObserver;
  /** Served at `/metrics`; not at all without them. */
  metrics?: Registry | undefined;
  corsOrigins: string[];
  maxBodyBytes: number;
  /** The query that the explorer's pages open with; no pages without one. */
  explorerQuery?: string | undefined;
}

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | null;
    /** Milliseconds since 1970, before its token and its body were read. */
    arrivedAtMs: number;
    watch: RequestWatch | null;
  }
}

// How long the sending of one request may take: a body that trickles would hold its connection for good.
const maxRequestMs = 30_000;

/** Everything that answers HTTP: GraphQL, health, metrics, and the explorer page. */
export async function createServer<Context extends RequestContext>(
  options: ServerOptions<Context>,
): Promise<FastifyInstance> {
  const { log, authenticator, corsOrigins, maxBodyBytes, explorerQuery, health = new Health(), metrics } = options;
  const server = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: ({ headers }) => requestIdOf(headers, authenticator.cameThroughRouter(headers)),
    bodyLimit: maxBodyBytes,
    requestTimeout: maxRequestMs,
    // Left in, so that it is refused by name where it matters instead of as unreadable.
    onProtoPoisoning: "ignore",
    onConstructorPoisoning: "ignore",
    // What still arrives on a connection that is kept is answered; it was accepted.
    return503OnClosing: false,
    frameworkErrors: answerError,
  });
  markResponses(server);
  await server.register(cors, {
    origin: corsOrigins,
    methods: ["GET", "POST"],
    exposedHeaders: ["x-request-id"],
    maxAge: 600,
  });

  logRequests(server);
  letConnectionsGo(server, health);
  server.setErrorHandler(answerError);
  // Fastify's own repeats the address, in the log too, and an address may hold what was asked.
  server.setNotFoundHandler((request, reply) => answerError(notFound(), request, reply));
  serveHealth(server, health);
  if (metrics) serveMetrics(server, metrics);
  serveGraphQL(server, options);
  if (explorerQuery) serveExplorer(server, explorerQuery);
  return server;
}

function serveGraphQL<Context extends RequestContext>(server: FastifyInstance, options: ServerOptions<Context>): void {
  const { apollo, direct, authenticator, bounds, now, requests } = options;
  server.decorateRequest("caller", null);
  server.decorateRequest("arrivedAtMs", 0);
  server.decorateRequest("watch", null);
  const contextOf = (request: FastifyRequest): Context => {
    if (!request.caller) throw new Error("Expected the caller to be known by now");
    const { id: requestId, caller, arrivedAtMs, log, watch } = request;
    return options.createContext({ requestId, caller, now, arrivedAtMs, log, watch: watch ?? undefined });
  };
  const apolloAnswer = fastifyApolloHandler(apollo, { context: async (request) => contextOf(request) });
  const askApollo = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const body: unknown = await apolloAnswer.call(server, request, reply);
    direct?.learn(request, reply);
    return withRequestId(body, request, reply);
  };
  // What is known is answered without a promise.
  const answer = (request: FastifyRequest, reply: FastifyReply): unknown => {
    const tell = (known: string | undefined): unknown =>
      known === undefined ? askApollo(request, reply) : withRequestId(known, request, reply);
    const known = direct?.answer(request, reply, () => contextOf(request));
    return known instanceof Promise ? known.then(tell) : tell(known);
  };
  server.route({
    url: "/graphql",
    method: ["GET", "POST"],
    onRequest: (request, reply, done) => {
      request.arrivedAtMs = now();
      request.watch = watchRequest(reply, requests);
      checkAddress(request);
      const admit = (caller: Caller) => {
        request.caller = caller;
        done();
      };
      const caller = authenticator.authenticate(request.headers);
      if (caller instanceof Promise) caller.then(admit, done);
      else admit(caller);
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

// There is no onResponse for a request whose client has left; a response is closed in any case.
function watchRequest({ raw }: FastifyReply, requests: RequestObserver | undefined): RequestWatch | null {
  if (!requests) return null;
  const watch = requests.begin();
  raw.once("close", () => watch.end({ status: raw.statusCode, complete: raw.writableEnded }));
  return watch;
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

function logRequests(server: FastifyInstance): void {
  server.addHook("onResponse", (request, reply, done) => {
    const { method, routeOptions } = request;
    const facts = { method, route: routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    request.log.info(facts, "request");
    done();
  });
}

// Open to whoever reaches the port, as health is, though to no web page: it counts, and names nobody. METRICS_PORT moves it elsewhere.
function serveMetrics(server: FastifyInstance, metrics: Registry): void {
  server.get("/metrics", { logLevel: "warn", config: { cors: false } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}

// What goes wrong before Apollo sees the request, such as a body that is too large, is answered in the form clients parse.
function answerError(error: FastifyError | GraphQLError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const { status, error: told } = toClientError(error);
  request.watch?.answered([told.extensions?.code], false);
  if (status >= 500 || error instanceof CodedError) request.log.error(describeForLog(error), "a request failed");
  const errors = [{ ...told, extensions: { ...told.extensions, requestId: request.id } }];
  void reply.code(status).header("x-request-id", request.id).header("cache-control", NO_STORE).send({ errors });
}
