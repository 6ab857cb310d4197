import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from "node:http";
import cors from "@fastify/cors";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
  LogController,
} from "fastify";
import type { GraphQLError } from "graphql";
import type { Registry } from "prom-client";
import type { RequestContext } from "../graphql/context.ts";
import { CodedError, describeForLog, notFound, toClientError } from "../graphql/errors.ts";
import { DirectRoute } from "./direct-route.ts";
import { letConnectionsGo } from "./drain.ts";
import { serveExplorer } from "./explorer.ts";
import { type GraphQLRouteParts, serveGraphQL } from "./graphql-route.ts";
import { Health, serveHealth } from "./health.ts";
import { requestIdOf } from "./request-id.ts";
import { requestMessage, type ServiceLog } from "./request-log.ts";
import { markResponses, NO_STORE } from "./response-headers.ts";

export interface ServerOptions<Context extends RequestContext> extends Omit<GraphQLRouteParts<Context>, "directRoute"> {
  log: ServiceLog;
  health?: Health;
  /** Served at `/metrics`; not at all without them. */
  metrics?: Registry | undefined;
  corsOrigins: string[];
  maxBodyBytes: number;
  /** The query that the explorer's pages open with; no pages without one. */
  explorerQuery?: string | undefined;
}

// In milliseconds; Fastify sets them on a server of its own making only.
const timeouts = {
  // How long the sending of one request may take: a body that trickles would hold its connection for good.
  requestTimeout: 30_000,
  // Longer than proxies keep theirs: one that is closed just as it is used again costs a request.
  keepAliveTimeout: 72_000,
};

/** Everything that answers HTTP: GraphQL, health, metrics, and the explorer page. */
export async function createServer<Context extends RequestContext>(
  options: ServerOptions<Context>,
): Promise<FastifyInstance> {
  const { log, authenticator, corsOrigins, maxBodyBytes, explorerQuery, health = new Health(), metrics } = options;
  const directRoute = options.direct && new DirectRoute({ ...options, direct: options.direct, health });
  const newRequestId = ({ headers }: IncomingMessage) => requestIdOf(headers, authenticator.cameThroughRouter(headers));
  const server = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: (request) => directRoute?.arrivalOf(request)?.requestId ?? newRequestId(request),
    bodyLimit: maxBodyBytes,
    ...timeouts,
    // Left in, so that it is refused by name where it matters instead of as unreadable.
    onProtoPoisoning: "ignore",
    onConstructorPoisoning: "ignore",
    // What still arrives on a connection that is kept is answered; it was accepted.
    return503OnClosing: false,
    frameworkErrors: answerError,
    ...(directRoute && { serverFactory: servingFirst(directRoute) }),
  });
  markResponses(server);
  await server.register(cors, {
    origin: corsOrigins,
    methods: ["GET", "POST"],
    exposedHeaders: ["x-request-id"],
    maxAge: 600,
  });

  logRequests(server, directRoute);
  letConnectionsGo(server, health);
  server.setErrorHandler(answerError);
  // Fastify's own repeats the address, in the log too, and an address may hold what was asked.
  server.setNotFoundHandler((request, reply) => answerError(notFound(), request, reply));
  serveHealth(server, health);
  if (metrics) serveMetrics(server, metrics);
  serveGraphQL(server, { ...options, directRoute });
  if (explorerQuery) serveExplorer(server, explorerQuery);
  return server;
}

function logRequests(server: FastifyInstance, directRoute: Pick<DirectRoute<never>, "arrivalOf"> | undefined): void {
  server.addHook("onResponse", (request, reply, done) => {
    const { method, routeOptions, raw } = request;
    // What was handed over came before Fastify heard of it.
    const beganMs = directRoute?.arrivalOf(raw)?.beganMs;
    const tookMs = beganMs === undefined ? reply.elapsedTime : performance.now() - beganMs;
    const facts = { method, route: routeOptions.url, status: reply.statusCode, ms: Math.round(tookMs) };
    request.log.info(facts, requestMessage);
    done();
  });
}

// What it does not answer itself it hands over.
function servingFirst(directRoute: Pick<DirectRoute<never>, "take">): FastifyServerFactory {
  return (fastify) =>
    createHttpServer(timeouts, (request, response) => directRoute.take(request, response, fastify as RequestListener));
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
