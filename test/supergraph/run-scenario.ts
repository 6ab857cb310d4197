import { setTimeout as sleep } from "node:timers/promises";
import type { GraphAnswer, Json } from "../support/graph-answer.ts";
import { everyScope, type Signer } from "../support/tokens.ts";
import { post } from "./post.ts";
import { nothingRemembered, remember, type Step, type Subgraphs, scenario } from "./scenario.ts";
import type { Providers, Services } from "./services.ts";
import { settled, whatCame } from "./settled-answer.ts";
import { routerSecret } from "./supergraph.ts";
import type { Tap } from "./tap.ts";

/** What one step came to, one way. */
export interface Outcome {
  step: string;
  /** The answer without what differs from run to run: ids of charges, times. */
  answer: Json;
  /** The first error's code, or the problem's type; "data" for what was wanted. */
  came: string;
  /** How often our subgraph was asked. */
  asked: number;
  calls: { reads: number; paid: number };
  readsVary: boolean;
}

/** Where a frontend's operations go. */
export interface Way {
  name: string;
  url: string;
  /** There is no router: jumps are done by hand. */
  straight?: boolean;
}

export interface World {
  providers: Providers;
  services: Services;
  /** In front of whichever of our services is asked. */
  tap: Tap;
  loansUrl: string;
  signer: Signer;
}

/** Runs every step one way, on services nobody has asked before. */
export async function runScenario(way: Way, world: World): Promise<Outcome[]> {
  const { providers, tap, services } = world;
  await providers.startOver();
  const remembered = nothingRemembered();
  const outcomes: Outcome[] = [];
  for (const planned of scenario) {
    const step = typeof planned === "function" ? planned(remembered) : planned;
    tap.turnTo(step.strained ? services.strained : services.usual);
    if (step.strained) await providers.slowDown(15_000);
    const outcome = await (step.strained ? untilBegun : once)(step, way, world);
    remember(outcome.raw, remembered);
    outcomes.push(outcome);
  }
  return outcomes;
}

type Told = Outcome & { raw: GraphAnswer<Json> };

async function once(step: Step, way: Way, world: World): Promise<Told> {
  const { providers, tap } = world;
  tap.take();
  const before = await providers.calls();
  const raw = await take(step, way, world);
  const after = await providers.calls();
  return {
    step: step.name,
    raw,
    answer: settled(raw),
    came: whatCame(raw),
    asked: tap.take().length,
    calls: { reads: after.reads - before.reads, paid: after.paid - before.paid },
    readsVary: step.readsVary ?? false,
  };
}

// Who waits only briefly may have waited long enough before the purchase begins, on a busy machine. Then nothing was begun,
// and the same key may be asked with again.
async function untilBegun(step: Step, way: Way, world: World, attempts = 50): Promise<Told> {
  const { providers } = world;
  const { paid } = await providers.calls();
  const outcome = await once(step, way, world);
  if (outcome.came === "ProviderUnavailable" && attempts > 1) return untilBegun(step, way, world, attempts - 1);
  if (outcome.came !== "ChargeInProgress") return outcome;
  // It has begun, and its call is on its way.
  while ((await providers.calls()).paid === paid) await sleep(20);
  return { ...outcome, calls: { ...outcome.calls, paid: (await providers.calls()).paid - paid } };
}

async function take(step: Step, way: Way, { tap, loansUrl, signer }: World): Promise<GraphAnswer<Json>> {
  const { query, variables, scopes = everyScope, byHand } = step;
  const authorization = `Bearer ${await signer.sign({ scope: scopes.join(" ") })}`;
  const headers = { authorization, ...(way.straight && { "router-authorization": routerSecret }) };
  if (!way.straight || !byHand) return post(way.url, headers, query, variables);
  const subgraphs: Subgraphs = {
    ours: (text, values) => post(`${tap.url}/graphql`, headers, text, values),
    loans: (text, values) => post(loansUrl, headers, text, values),
  };
  return byHand(subgraphs);
}
