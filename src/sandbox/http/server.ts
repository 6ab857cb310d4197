import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type Behaviour, BehaviourSwitch } from "../behaviour.ts";
import { type Call, CallLog } from "../call-log.ts";
import { type Charge, ChargeLog } from "../charge-log.ts";
import type { SimulatedProvider, SimulationDeps } from "../simulated-provider.ts";
import { createAdmin } from "./admin.ts";
import { jsonAnswer } from "./answer.ts";
import { send } from "./deliver.ts";
import { createExchange } from "./exchange.ts";

/** One simulated provider that listens. */
export interface SandboxProvider {
  /** Origin without a trailing slash, e.g. `http://127.0.0.1:4101`. */
  baseUrl: string;
  apiKey: string;
  /** What it has billed, oldest first. */
  charges(): Charge[];
  /** Calls to its API, oldest first; the `/_` endpoints do not count. */
  calls(): Call[];
  /** The most calls that were in progress at the same time. */
  mostCallsAtOnce(): number;
  /** Changes how it treats every call; null ends it. */
  behave(behaviour: Behaviour | null): void;
  /** Forgets charges, calls, behaviour and changes to the data. */
  reset(): void;
}

export interface ListenOptions {
  host: string;
  /** 0 for any free one. */
  port: number;
  slowMs: number;
  clock: () => number;
  runId: string;
}

// Longer than a caller keeps an idle connection: a close from our side would look like a fault of the provider.
const KEEP_ALIVE_MS = 120_000;

/** Starts one provider. Rejects with the listener's error if the port is taken. */
export async function listen(
  simulate: (deps: SimulationDeps) => SimulatedProvider,
  { host, port, slowMs, clock, runId }: ListenOptions,
): Promise<SandboxProvider & { close(): Promise<void> }> {
  const charges = new ChargeLog(clock);
  const calls = new CallLog(clock);
  const behaviour = new BehaviourSwitch();
  const provider = simulate({ clock, charges, runId });
  const reset = () => {
    for (const log of [charges, calls]) log.clear();
    behaviour.set(null);
    provider.forget();
  };

  const admin = createAdmin({ charges, calls, behaviour, reset });
  const exchange = createExchange({ provider, calls, behaviour, slowMs });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    const url = toUrl(incoming);
    if (url === null) return send(response, jsonAnswer(400, { error: "Malformed URL" }));
    const answered = url.pathname.startsWith("/_")
      ? admin(incoming, response, url.pathname)
      : exchange(incoming, response, url);
    // A caller that breaks off in mid-request is the only failure left, and there is nobody to tell.
    answered.catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));

  return {
    baseUrl: toOrigin(server.address() as AddressInfo),
    apiKey: provider.apiKey,
    charges: () => charges.list(),
    calls: () => calls.list(),
    mostCallsAtOnce: () => calls.atOnce(),
    behave: (next) => behaviour.set(next),
    reset,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function toUrl({ url = "/", headers: { host = "localhost" } }: IncomingMessage): URL | null {
  return URL.parse(`http://${host}${url}`);
}

function toOrigin({ address, family, port }: AddressInfo): string {
  // "Every address" is a place to listen, not one to call.
  if (address === "0.0.0.0" || address === "::") return `http://127.0.0.1:${port}`;
  return family === "IPv6" ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}
