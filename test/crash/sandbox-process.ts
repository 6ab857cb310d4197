import { type BuiltProcess, startSandboxProcess } from "../support/service-process.ts";
import type { PaidMutation } from "./paid-mutations.ts";

/** One thing that a simulated provider billed. */
export interface SandboxCharge {
  target: string;
  /** The provider's id of what was bought. */
  reference: string | null;
  metadata: { diligenceCharge?: string } | null;
}

export interface SandboxBehaviour {
  delayMs?: number;
  fault?: string;
  on: "reads" | "paid";
}

/** The three simulated providers, in a process of their own, and what each billed. */
export interface SandboxProcess {
  process: BuiltProcess;
  env: Record<string, string>;
  charges(mutation: PaidMutation): Promise<SandboxCharge[]>;
  count(mutation: PaidMutation): Promise<number>;
  behave(mutation: PaidMutation, behaviour: SandboxBehaviour | null): Promise<void>;
  /** How many calls its API has had, free or paid. */
  calls(mutation: PaidMutation): Promise<number>;
}

/** Starts the built sandbox on free ports. */
export async function startSandbox(): Promise<SandboxProcess> {
  const { env, ...process } = await startSandboxProcess();
  const admin = async (mutation: PaidMutation, path: string, init?: RequestInit) => {
    const response = await fetch(`${env[mutation.addressSetting]}${path}`, init);
    if (!response.ok) throw new Error(`Expected the sandbox to do ${path}, got status ${response.status}`);
    return response.json();
  };
  const charges = async (mutation: PaidMutation) =>
    ((await admin(mutation, "/_charges")) as { charges: SandboxCharge[] }).charges;
  const count = async (mutation: PaidMutation) => (await charges(mutation)).length;
  return {
    process,
    env,
    charges,
    count,
    behave: async (mutation, behaviour) => {
      const init = behaviour ? { method: "PUT", body: JSON.stringify(behaviour) } : { method: "DELETE" };
      await admin(mutation, "/_behaviour", init);
    },
    calls: async (mutation) => ((await admin(mutation, "/_calls")) as { count: number }).count,
  };
}
