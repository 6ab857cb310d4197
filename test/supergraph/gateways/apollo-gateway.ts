import { ApolloGateway, type GraphQLDataSourceProcessOptions, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { runGateway } from "./gateway-process.ts";
import { passedOn } from "./passed-on.ts";

interface Context {
  headers: Record<string, string | string[] | undefined>;
}

runGateway(async ({ supergraphSdl, routerSecret }) => {
  class Subgraph extends RemoteGraphQLDataSource<Context> {
    override willSendRequest({ request, context }: GraphQLDataSourceProcessOptions<Context>) {
      for (const name of passedOn) {
        const value = context.headers?.[name];
        if (typeof value === "string") request.http?.headers.set(name, value);
      }
      request.http?.headers.set("router-authorization", routerSecret);
    }
  }
  const gateway = new ApolloGateway({ supergraphSdl, buildService: ({ url }) => new Subgraph({ url: url ?? "" }) });
  const server = new ApolloServer<Context>({ gateway, includeStacktraceInErrorResponses: false });
  const { url } = await startStandaloneServer(server, {
    listen: { host: "127.0.0.1", port: 0 },
    context: async ({ req: { headers } }) => ({ headers }),
  });
  return new URL("/graphql", url).href;
});
