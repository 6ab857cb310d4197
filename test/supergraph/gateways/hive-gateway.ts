import { createServer } from "node:http";
import { createGatewayRuntime, type GatewayPlugin } from "@graphql-hive/gateway-runtime";
import { listenOnLoopback } from "../http.ts";
import { type GatewaySettings, runGateway } from "./gateway-process.ts";
import { passedOn } from "./passed-on.ts";

runGateway(async (settings) => {
  const gateway = createGatewayRuntime({
    supergraph: settings.supergraphSdl,
    upstreamRetry: { maxRetries: 3, retryDelay: 20 },
    ...(settings.headers === "propagated" ? propagating(settings) : { plugins: () => [passingOn(settings)] }),
    logging: false,
    landingPage: false,
    graphiql: false,
  });
  const { url } = await listenOnLoopback(createServer(gateway as never));
  return `${url}/graphql`;
});

// Hive's own setting for it. A retry goes without what it adds.
function propagating(settings: GatewaySettings) {
  return {
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }: { request: Request }) => headersOf(request, settings),
    },
  };
}

// Adds the headers to every single request, and so to the ones sent again too.
function passingOn(settings: GatewaySettings): GatewayPlugin {
  return {
    onFetch({ executionRequest, options, setOptions }) {
      const request: Request | undefined = executionRequest?.context?.request;
      if (request) setOptions({ ...options, headers: { ...options.headers, ...headersOf(request, settings) } });
    },
  };
}

function headersOf({ headers }: Request, { routerSecret }: GatewaySettings): Record<string, string> {
  const given = passedOn.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(given), "router-authorization": routerSecret };
}
