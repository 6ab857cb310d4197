import { type SandboxGraph, startSandboxGraph } from "../support/graph.ts";
import { routerSecret } from "./supergraph.ts";

/** Our service in this process, listening on a free port, in front of a sandbox of its own. */
export interface ListeningGraph extends SandboxGraph {
  url: string;
  /** Every call the three providers got since the last `startOver`, as method and template. */
  calls(): string[];
  /** How much the three providers billed since then. */
  charges(): number;
}

export async function startListening(environment: Record<string, string> = {}): Promise<ListeningGraph> {
  const graph = await startSandboxGraph({ environment: { ROUTER_SECRET: routerSecret, ...environment } });
  const { credas, truework, youverify } = graph.sandbox;
  const providers = [credas, truework, youverify];
  return {
    ...graph,
    url: await graph.server.listen({ host: "127.0.0.1", port: 0 }),
    calls: () =>
      providers.flatMap((provider) => provider.calls().map(({ method, template }) => `${method} ${template}`)),
    charges: () => providers.flatMap((provider) => provider.charges()).length,
  };
}
