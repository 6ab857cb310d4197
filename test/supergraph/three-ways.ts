import { makeSigner } from "../support/tokens.ts";
import { type Outcome, runScenario, type Way } from "./run-scenario.ts";
import { startProviders, startServices } from "./services.ts";
import { startSupergraph } from "./supergraph.ts";

/** The outcomes of the scenario, by the name of the way. Built services are ended by whoever calls `endAllBuilt`. */
export async function runThreeWays(): Promise<Map<string, Outcome[]>> {
  const supergraph = await startSupergraph("@apollo/gateway", "Hive Gateway");
  try {
    const [providers, signer] = await Promise.all([startProviders(), makeSigner()]);
    const { subgraphUrl, urls, tap, loansUrl } = supergraph;
    const ways: Way[] = [
      { name: "straight", url: subgraphUrl, straight: true },
      ...Object.entries(urls).map(([name, url]) => ({ name, url })),
    ];
    const outcomes = new Map<string, Outcome[]>();
    for (const way of ways) {
      const services = await startServices(providers, signer);
      outcomes.set(way.name, await runScenario(way, { providers, services, tap, loansUrl, signer }));
    }
    return outcomes;
  } finally {
    await supergraph.close();
  }
}
