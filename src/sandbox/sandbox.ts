import { randomBytes } from "node:crypto";
import { simulateCredas } from "./credas/credas.ts";
import { listen, type SandboxProvider } from "./http/server.ts";
import { simulateTruework } from "./truework/truework.ts";
import { simulateYouverify } from "./youverify/youverify.ts";

export type { Behaviour } from "./behaviour.ts";
export type { Call } from "./call-log.ts";
export type { Charge } from "./charge-log.ts";
export { FAULTS, type FaultName } from "./faults.ts";
export type { SandboxProvider } from "./http/server.ts";

export interface SandboxOptions {
  /** 127.0.0.1 by default. */
  host?: string;
  /** 0, the default, is any free port. */
  ports?: { credas?: number; truework?: number; youverify?: number };
  /** Milliseconds since the epoch; `Date.now` by default. Dates in the data and what changes with time follow it. */
  clock?: () => number;
  /** How long a `slow` answer takes, in milliseconds; 3000 by default. */
  slowMs?: number;
}

export interface Sandbox {
  credas: SandboxProvider;
  truework: SandboxProvider;
  youverify: SandboxProvider;
  /** Stops listening and ends every connection, hung ones too. */
  close(): Promise<void>;
}

/**
 * Starts the three providers, simulated over real HTTP with invented data.
 * Each counts what it charges. Rejects with the listener's error if a port is taken; none is left listening then.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = "127.0.0.1", ports = {}, clock = Date.now, slowMs = 3000 } = options;
  const shared = { host, clock, slowMs, runId: randomBytes(4).toString("hex") };

  const started = await Promise.allSettled([
    listen(simulateCredas, { ...shared, port: ports.credas ?? 0 }),
    listen(simulateTruework, { ...shared, port: ports.truework ?? 0 }),
    listen(simulateYouverify, { ...shared, port: ports.youverify ?? 0 }),
  ]);
  const listening = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const close = async () => {
    await Promise.all(listening.map((provider) => provider.close()));
  };

  const [credas, truework, youverify] = listening;
  if (credas === undefined || truework === undefined || youverify === undefined) {
    await close();
    throw started.find((one) => one.status === "rejected")?.reason;
  }
  return { credas, truework, youverify, close };
}
