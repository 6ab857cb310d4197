import type { FastifyInstance } from "fastify";
import inject, { type InjectOptions } from "light-my-request";

/** Has what is injected come in by the server's own door, as over a socket: some of it is answered before Fastify sees it. */
export function askFromTheDoor(server: FastifyInstance): void {
  const fromTheDoor = async (options: InjectOptions) => {
    await server.ready();
    return inject((request, response) => void server.server.emit("request", request, response), options);
  };
  server.inject = fromTheDoor as FastifyInstance["inject"];
}
