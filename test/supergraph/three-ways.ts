import { makeSigner } from "../support/tokens.ts";
import { composeBoth, withoutScopes } from "./compose.ts";
import { startGateway } from "./gateways/gateway-process.ts";
import { startNeighbour } from "./neighbour.ts";
import { type Outcome, runScenario, type Way } from "./run-scenario.ts";
import { routerSecret, startProviders, startServices } from "./services.ts";
import { startTap } from "./tap.ts";

/** The outcomes of the scenario, by the name of the way. Built services are ended by whoever calls `endAllBuilt`. */
export async function runThreeWays(): Promise<Map<string, Outcome[]>> {
  const opened: { close(): Promise<void> }[] = [];
  const open = async <Part extends { close(): Promise<void> }>(starting: Promise<Part>): Promise<Part> => {
    const part = await starting;
    opened.push(part);
    return part;
  };
  try {
    const [tap, loans, providers] = await Promise.all([open(startTap()), open(startNeighbour()), startProviders()]);
    const signer = await makeSigner();
    const urls = { ours: `${tap.url}/graphql`, loans: loans.url };
    const [apollo, hive] = await Promise.all([
      open(startGateway("apollo-gateway", { supergraphSdl: composeBoth(urls, withoutScopes), routerSecret })),
      open(startGateway("hive-gateway", { supergraphSdl: composeBoth(urls), routerSecret })),
    ]);
    const ways: Way[] = [
      { name: "straight", url: urls.ours, straight: true },
      { name: "@apollo/gateway", url: apollo.url },
      { name: "Hive Gateway", url: hive.url },
    ];
    const outcomes = new Map<string, Outcome[]>();
    for (const way of ways) {
      const services = await startServices(providers, signer);
      outcomes.set(way.name, await runScenario(way, { providers, services, tap, loansUrl: loans.url, signer }));
    }
    return outcomes;
  } finally {
    await Promise.all(opened.map((part) => part.close()));
  }
}
