import type { GraphAnswer, Json } from "../support/graph-answer.ts";
import { everyScope, type Signer } from "../support/tokens.ts";
import { post } from "./post.ts";
import { type Remembered, type Step, type Subgraphs, scenario } from "./scenario.ts";
import type { Providers, Services } from "./services.ts";
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
  const remembered: Remembered = { chargeId: "", unknownChargeId: "" };
  const outcomes: Outcome[] = [];
  for (const planned of scenario) {
    const step = typeof planned === "function" ? planned(remembered) : planned;
    tap.turnTo(step.strained ? services.strained : services.usual);
    if (step.strained) await providers.slowDown(4_000);
    tap.take();
    const before = await providers.calls();
    const answer = await take(step, way, world);
    const after = await providers.calls();
    remember(answer, remembered);
    outcomes.push({
      step: step.name,
      answer: settled(answer),
      came: whatCame(answer),
      asked: tap.take().length,
      calls: { reads: after.reads - before.reads, paid: after.paid - before.paid },
      readsVary: step.readsVary ?? false,
    });
  }
  return outcomes;
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

function remember({ data }: GraphAnswer<Json>, remembered: Remembered): void {
  const charge = resultOf(data)?.charge;
  if (charge?.state === "CHARGED") remembered.chargeId ||= charge.id;
  if (charge?.state === "UNKNOWN") remembered.unknownChargeId = charge.id;
}

function whatCame({ data, errors }: GraphAnswer<Json>): string {
  if (errors?.[0]) return errors[0].extensions.code;
  return resultOf(data)?.__typename ?? "data";
}

function resultOf(data: Json): Json {
  return data ? Object.values<Json>(data)[0] : undefined;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const time = /^\d{4}-\d\d-\d\d(T.+)?$/;

/** The same without what differs from run to run and from router to router; of errors what a client goes by. */
function settled({ data, errors }: GraphAnswer<Json>): Json {
  const told = errors?.map(({ message, path, extensions: { code, provider } }) => ({ message, path, code, provider }));
  return { data: withoutChance(data), ...(told && { errors: told }) };
}

function withoutChance(value: Json, name = ""): Json {
  if (Array.isArray(value)) return value.map((item) => withoutChance(item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutChance(member, key)]));
  }
  if (typeof value !== "string") return value;
  if (uuid.test(value) || time.test(value)) return "…";
  return /cursor$/i.test(name) || isBought(value) ? "…" : value;
}

// What was bought in this run has an id of its own.
function isBought(value: string): boolean {
  return (
    value.startsWith("vr_sandbox_reverified_") ||
    (/^[0-9a-f]{24}$/.test(value) && !value.startsWith("5a0db051000000000000"))
  );
}
