import { until } from "../support/until.ts";
import type { PaidMutation } from "./paid-mutations.ts";
import type { SandboxBehaviour } from "./sandbox-process.ts";
import type { TestedService } from "./tested-service.ts";
import type { World } from "./world.ts";

/** A step of a charge at which a service can be held. */
export interface Step {
  title: string;
  /** What the service is to be started with. */
  settings: Record<string, string>;
  canHold(mutation: PaidMutation, world: World): boolean;
  /** Makes the next purchase of each of these stop at this step. */
  hold(mutations: PaidMutation[], world: World): Promise<Hold>;
  /** Whether the provider has charged by then. */
  charged: boolean;
  /** What the ledger knows by then. */
  onRecord: "nothing" | "the claim" | "the answer";
}

export interface Hold {
  /** Waits until all of them have got there. */
  reached(service: TestedService): Promise<void>;
  /** Nothing stops there any more. */
  release(): Promise<void>;
}

const always = () => true;

export const inPreRead: Step = {
  title: "before the claim: the free read hangs",
  settings: {},
  canHold: ({ readsFirst }) => readsFirst,
  hold: holdBySandbox({ on: "reads", delayMs: 60_000 }),
  charged: false,
  onRecord: "nothing",
};

export const inClaim: Step = {
  title: "in the claim: its commit is to come",
  settings: {},
  canHold: (_mutation, { ledger }) => ledger.shared !== null,
  hold: async (mutations, { ledger }) => {
    const { shared } = ledger;
    if (!shared) throw new Error("Expected a ledger whose claims can be held, got another one");
    const { release } = await shared.holdClaims();
    return { reached: () => shared.claimsHang(mutations.length), release };
  },
  charged: false,
  onRecord: "nothing",
};

export const claimed: Step = {
  title: "claimed, not sent",
  settings: { TEST_PAUSE_AT: "claimed" },
  canHold: always,
  hold: holdByPause,
  charged: false,
  onRecord: "the claim",
};

export const sent: Step = {
  title: "sent, not answered",
  settings: {},
  canHold: always,
  hold: holdBySandbox({ on: "paid", delayMs: 60_000 }),
  charged: true,
  onRecord: "the claim",
};

export const answered: Step = {
  title: "answered, not settled",
  settings: { TEST_PAUSE_AT: "answered" },
  canHold: always,
  hold: holdByPause,
  charged: true,
  onRecord: "the claim",
};

export const settled: Step = {
  title: "settled, client not told",
  settings: { TEST_PAUSE_AT: "settled" },
  canHold: always,
  hold: holdByPause,
  charged: true,
  onRecord: "the answer",
};

/** In the order a charge takes them. */
export const steps = [inPreRead, inClaim, claimed, sent, answered, settled];

async function holdByPause(mutations: PaidMutation[]): Promise<Hold> {
  return {
    reached: (service) => service.logged(/"msg":"paused for a crash test"/, mutations.length),
    release: async () => {},
  };
}

/** The provider takes the call, and charges for a paid one, and does not answer for a while. */
export function holdBySandbox(behaviour: SandboxBehaviour): Step["hold"] {
  return async (mutations, { sandbox }) => {
    const count = behaviour.on === "paid" ? sandbox.count : sandbox.calls;
    const before = new Map<PaidMutation, number>();
    for (const mutation of mutations) {
      before.set(mutation, await count(mutation));
      await sandbox.behave(mutation, behaviour);
    }
    return {
      reached: async () => {
        for (const [mutation, calls] of before) {
          await until(async () => (await count(mutation)) > calls, `${mutation.name} calls its provider`);
        }
      },
      release: async () => {
        for (const mutation of mutations) await sandbox.behave(mutation, null);
      },
    };
  };
}
