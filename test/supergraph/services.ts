import type { Json } from "../support/graph-answer.ts";
import { startSandboxProcess, startService } from "../support/service-process.ts";
import { type Signer, tokenSettings } from "../support/tokens.ts";
import { routerSecret } from "./supergraph.ts";

/** The simulated providers as a process, seen from outside. */
export interface Providers {
  env: Record<string, string>;
  /** How many calls the three have had so far. */
  calls(): Promise<{ reads: number; paid: number }>;
  /** How many things the three have billed so far. */
  charges(): Promise<number>;
  /** Has Credas answer every paid call that much later. */
  slowDown(delayMs: number): Promise<void>;
  startOver(): Promise<void>;
}

export async function startProviders(): Promise<Providers> {
  const { env } = await startSandboxProcess();
  const addresses = ["CREDAS", "TRUEWORK", "YOUVERIFY"].map((name) => `${env[`${name}_BASE_URL`]}`);
  const ask = async (path: string, init?: RequestInit): Promise<Json[]> =>
    Promise.all(addresses.map(async (address) => (await fetch(`${address}${path}`, init)).json()));
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  return {
    env,
    calls: async () => {
      const counts = (await ask("/_calls")).flatMap(({ byTemplate }) => Object.entries<number>(byTemplate));
      const of = (kind: (call: string) => boolean) =>
        sum(counts.flatMap(([call, count]) => (kind(call) ? [count] : [])));
      return { reads: of((call) => call.startsWith("GET ")), paid: of((call) => !call.startsWith("GET ")) };
    },
    charges: async () => sum((await ask("/_charges")).map(({ count }) => count)),
    slowDown: async (delayMs) => {
      await fetch(`${addresses[0]}/_behaviour`, { method: "PUT", body: JSON.stringify({ delayMs, on: "paid" }) });
    },
    startOver: async () => void (await ask("/_reset", { method: "POST" })),
  };
}

/** Two of our services before those providers; both ask for callers' tokens and the router's secret. */
export interface Services {
  /** As it is by default. */
  usual: string;
  /** Waits for a paid call only briefly, and lets each caller buy one thing a day. */
  strained: string;
}

export async function startServices({ env }: Providers, signer: Signer): Promise<Services> {
  const guarded = { ...env, ...tokenSettings(signer), ROUTER_SECRET: routerSecret };
  const [usual, strained] = await Promise.all([
    startService(guarded),
    startService({ ...guarded, PAID_CALL_TIMEOUT_MS: "500", DAILY_CHARGE_LIMIT: "1" }),
  ]);
  return { usual: usual.url, strained: strained.url };
}
