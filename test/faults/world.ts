import type { Behaviour } from "../../src/sandbox/behaviour.ts";
import { startSandboxProcess, startService } from "../support/service-process.ts";

export const providerNames = ["credas", "truework", "youverify"] as const;
export type ProviderName = (typeof providerNames)[number];

/** A call as the sandbox saw it come. */
export interface SeenCall {
  atMs: number;
  method: string;
}

/** One simulated provider, by its admin endpoints. */
export interface FaultyProvider {
  behave(behaviour: Behaviour | null): Promise<void>;
  calls(): Promise<SeenCall[]>;
  countCharges(): Promise<number>;
  startOver(): Promise<void>;
}

/** A sandbox, and as many of the built service in front of it as were asked for: processes of their own, spoken to over HTTP. */
export interface World {
  /** The GraphQL endpoints. */
  urls: string[];
  providers: Record<ProviderName, FaultyProvider>;
  end(): Promise<void>;
}

export async function openWorld(settings: Record<string, string> = {}, instances = 1): Promise<World> {
  const sandbox = await startSandboxProcess();
  const services = await Promise.all(
    Array.from({ length: instances }, () => startService({ ...sandbox.env, LOG_LEVEL: "info", ...settings })),
  );
  const end = async () => {
    for (const child of [...services, sandbox]) child.kill("SIGKILL");
    await Promise.all([...services, sandbox].map((child) => child.ended()));
  };
  const providers = providerNames.map((name) => [
    name,
    providerAt(sandbox.env[`${name.toUpperCase()}_BASE_URL`] ?? ""),
  ]);
  return { urls: services.map(({ url }) => `${url}/graphql`), providers: Object.fromEntries(providers), end };
}

function providerAt(baseUrl: string): FaultyProvider {
  const admin = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${baseUrl}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    return response.json() as Promise<{ count: number; calls: { at: string; method: string }[] }>;
  };
  return {
    behave: async (behaviour) => {
      await (behaviour ? admin("PUT", "/_behaviour", behaviour) : admin("DELETE", "/_behaviour"));
    },
    calls: async () =>
      (await admin("GET", "/_calls")).calls.map(({ at, method }) => ({ atMs: Date.parse(at), method })),
    countCharges: async () => (await admin("GET", "/_charges")).count,
    startOver: async () => {
      await admin("POST", "/_reset");
    },
  };
}
