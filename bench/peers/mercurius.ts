import Fastify from "fastify";
import mercurius from "mercurius";
import { createContext, createSchema } from "./schema.ts";

const server = Fastify();
await server.register(mercurius, {
  schema: createSchema(),
  context: (request) => createContext(request.headers.authorization),
  // After how many executions an operation is compiled; never with 0.
  jit: process.env.MERCURIUS_JIT === "1" ? 1 : 0,
  graphiql: false,
});
const url = await server.listen({ port: 0, host: "127.0.0.1" });
process.stdout.write(`ready ${new URL(url).port}\n`);
