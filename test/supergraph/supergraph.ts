import { composeBoth, withoutScopes } from "./compose.ts";
import { type GatewaySettings, startGateway } from "./gateways/gateway-process.ts";
import { startNeighbour } from "./neighbour.ts";
import { startTap, type Tap } from "./tap.ts";

/** What a router shows our subgraph in these tests. */
export const routerSecret = "a-router-secret-of-tests";

const gateways = {
  "@apollo/gateway": { program: "apollo-gateway", change: withoutScopes },
  "Hive Gateway": { program: "hive-gateway" },
  /** As it is when its own setting passes headers on. */
  "Hive Gateway, propagateHeaders": { program: "hive-gateway", headers: "propagated" },
} as const satisfies Record<
  string,
  {
    program: Parameters<typeof startGateway>[0];
    change?: (sdl: string) => string;
    headers?: GatewaySettings["headers"];
  }
>;

export type GatewayName = keyof typeof gateways;

export interface Supergraph<Name extends GatewayName> {
  /** Our subgraph, with nothing but a tap in front of it. */
  subgraphUrl: string;
  tap: Tap;
  loansUrl: string;
  /** Where each gateway answers. */
  urls: Record<Name, string>;
  close(): Promise<void>;
}

/** The neighbour, the tap, and these gateways in front of both. The tap has to be turned to a service of ours. */
export async function startSupergraph<Name extends GatewayName>(...names: Name[]): Promise<Supergraph<Name>> {
  const [tap, loans] = await Promise.all([startTap(), startNeighbour()]);
  const opened: { close(): Promise<void> }[] = [tap, loans];
  const close = async () => void (await Promise.all(opened.map((part) => part.close())));
  const subgraphUrl = `${tap.url}/graphql`;
  const started = await Promise.allSettled(
    names.map(async (name) => {
      const settings: (typeof gateways)[GatewayName] = gateways[name];
      const supergraphSdl = composeBoth(
        { ours: subgraphUrl, loans: loans.url },
        "change" in settings ? settings.change : undefined,
      );
      const headers = "headers" in settings ? { headers: settings.headers } : {};
      const gateway = await startGateway(settings.program, { supergraphSdl, routerSecret, ...headers });
      opened.push(gateway);
      return [name, gateway.url] as const;
    }),
  );
  const failure = started.find((one) => one.status === "rejected");
  if (failure) {
    await close();
    throw failure.reason;
  }
  const urls = Object.fromEntries(started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
  return { subgraphUrl, tap, loansUrl: loans.url, urls: urls as Record<Name, string>, close };
}
