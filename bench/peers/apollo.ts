import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { type Context, createContext, createSchema } from "./schema.ts";

const server = new ApolloServer<Context>({ schema: createSchema(), stopOnTerminationSignals: false });
const { url } = await startStandaloneServer(server, {
  context: async ({ req }) => createContext(req.headers.authorization),
  listen: { port: 0, host: "127.0.0.1" },
});
process.stdout.write(`ready ${new URL(url).port}\n`);
