import type { FastifyInstance } from "fastify";
import { explorerPage } from "./explorer-page.ts";
import { graphiqlPage } from "./graphiql-page.ts";

const html = "text/html; charset=utf-8";

/** What there is to see at first: a company of the simulated provider. */
export const explorerQuery = `query FirstLook {
  company(id: "6510") {
    name
    registrationNumber
    status
    report {
      fetchedAt
      directors {
        name
        nationality
      }
    }
  }
}
`;

/** Two pages to try queries with: Apollo's explorer at `/`, which needs the internet, and GraphiQL, which does not. */
export function serveExplorer(server: FastifyInstance, firstQuery: string): void {
  server.get("/", (_request, reply) => reply.type(html).send(explorerPage(firstQuery)));
  let graphiql: Promise<string> | undefined;
  // The one page that may be kept: 9 MB, the same for everyone, and nobody's data.
  server.get("/graphiql", { config: { cacheControl: "private, max-age=3600" } }, async (_request, reply) => {
    graphiql ??= graphiqlPage(firstQuery);
    return reply.type(html).send(await graphiql);
  });
}
