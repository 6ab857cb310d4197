import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyContextConfig {
    /** How long this route's answers may be kept, where they are nobody's data; `no-store` where it is left out. */
    cacheControl?: string;
  }
}

/** What every answer may be done with unless it is said otherwise: nearly all of them hold somebody's data. */
export const NO_STORE = "no-store";

/** Puts the request's id and `Cache-Control` on every response, preflights included. To be called before anything that answers. */
export function markResponses(server: FastifyInstance): void {
  server.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  // At the very end, so that no library's own word stands: Apollo's for some refusals allows keeping them.
  server.addHook("onSend", ({ routeOptions }, reply, _payload, done) => {
    reply.header("cache-control", reply.statusCode === 200 ? (routeOptions.config.cacheControl ?? NO_STORE) : NO_STORE);
    done();
  });
}
