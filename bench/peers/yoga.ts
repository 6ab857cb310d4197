import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createYoga } from "graphql-yoga";
import { createContext, createSchema } from "./schema.ts";

const yoga = createYoga({
  schema: createSchema(),
  context: ({ request }) => createContext(request.headers.get("authorization")),
  graphiql: false,
  landingPage: false,
  logging: false,
});
const server = createServer(yoga);
server.listen(0, "127.0.0.1", () => process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`));
