import { randomUUID } from "node:crypto";
import type { FastifyBaseLogger } from "fastify";
import type { NotCharged, PaidOutcome } from "../http/paid-outcome.ts";
import type { Turn } from "../http/turns.ts";
import { within } from "../timing.ts";
import { AnswerRecorder, type AnswerVerdict } from "./answer-recorder.ts";
import type { Charge, ChargeName, Price } from "./charge.ts";
import { LedgerUnavailableError, reachingLedger } from "./ledger-unavailable.ts";
import type { ChargeStore, Claim, ClaimResult } from "./store/charge-store.ts";

/** One intended paid call: what it is called, what may refuse it, how it is sent and what its answer tells. */
export interface Spending<Refusal> extends Claim {
  /** Asked only for a key that is new or freed; what it answers leaves no trace. It costs nothing. */
  findRefusal?: () => Promise<Refusal | null>;
  /** Takes what the call needs before it is claimed, so that no claim waits for it; null where it can't be had in time. */
  reserve?: (withinMs: number) => Promise<Turn | null>;
  /** Spends the money, once. */
  send(chargeId: string, turn?: Turn): Promise<PaidOutcome>;
  /** What the body of a charged answer tells of what was bought. */
  readPurchase(body: unknown): Purchase;
}

export interface Purchase {
  /** The provider's id of what was bought; null where the answer can't be read. */
  resultId: string | null;
  /** What the provider said at the time. */
  price?: Price | null;
}

export interface Asker {
  /** How long this asker waits, in milliseconds since 1970. The call itself goes on. */
  paidFieldsUntilMs: number;
  log: FastifyBaseLogger;
}

/** What became of a spending. Everything but `refused`, `not-begun` and `limit-reached` is on record. */
export type Spent<Refusal> =
  | { kind: "refused"; refusal: Refusal }
  /** Nothing was claimed: paid calls are off, the provider is left alone, or no time is left. */
  | { kind: "not-begun" }
  | { kind: "limit-reached"; resetsAt: string }
  /** The key was first used with another input. */
  | { kind: "key-reused"; charge: Charge }
  | { kind: "in-progress"; charge: Charge }
  | { kind: "outcome-unknown"; charge: Charge }
  | { kind: "not-charged"; charge: Charge; outcome: NotCharged }
  /** `body` is the provider's answer, where this process has it at hand. */
  | { kind: "charged"; charge: Charge; replayed: boolean; body?: unknown };

/** A step of a charge at which a test may stop the process. */
export type LedgerStep = "claimed" | "answered" | "settled";

export interface LedgerOptions {
  /** False refuses what is not on record yet. */
  paidCalls: boolean;
  dailyLimit: number | undefined;
  /** When a paid call without an answer counts as UNKNOWN, in milliseconds after its claim. */
  abandonMs: number;
  log: FastifyBaseLogger;
  now: () => number;
  /** Told of a charge whose outcome is unknown, so that evidence can be looked for. */
  onUnknown?: (charge: Charge) => void;
  /** Awaited at each step; crash tests stop here. */
  atStep?: (step: LedgerStep) => Promise<void>;
}

// How far a process may be behind its own abandon time before others take its charge for UNKNOWN.
const leaseSlackMs = 30_000;

/** A spending on its way in this process. */
interface Flight {
  fingerprint: string;
  asker: Asker;
  /** As soon as it is claimed. */
  charge: Charge | null;
  /** What the ledger is being asked at the moment: whether the key is known, or to claim it. */
  asking: Promise<unknown> | null;
  /** Somebody has been told that nothing was charged: from then on it must not be claimed. */
  saidNotBegun: boolean;
  /** Settled once the answer is on record, which may be later than its result. */
  recorded: Promise<void>;
  result: Promise<Spent<unknown>>;
}

/**
 * At most one charge per caller, operation and key, through retries, races, crashes and restarts; and no charge without a
 * committed record. docs/paid-mutations.md has the rules as clients meet them, docs/operations.md as operators do.
 */
export class Ledger {
  private readonly flights = new Map<string, Flight>();
  private readonly answers: AnswerRecorder;
  private closing = false;

  constructor(
    private readonly store: ChargeStore,
    private readonly options: LedgerOptions,
  ) {
    this.answers = new AnswerRecorder(store, options.now);
  }

  /**
   * Spends, or answers what became of it the first time.
   *
   * @throws LedgerUnavailableError where the record could not be read or made: then nothing was sent.
   */
  async spend<Refusal>(spending: Spending<Refusal>, asker: Asker): Promise<Spent<Refusal>> {
    const name = nameOf(spending);
    const flight = this.flights.get(name);
    if (!flight) return this.waitFor(this.begin(name, spending, asker), asker) as Promise<Spent<Refusal>>;

    if (flight.fingerprint !== spending.fingerprint) return this.answerReuse(flight, spending, asker);
    const spent = (await this.waitFor(flight, asker)) as Spent<Refusal>;
    return spent.kind === "charged" ? { ...spent, replayed: true } : spent;
  }

  /** How many paid calls are on their way, or their answers not on record yet. */
  get onTheirWay(): number {
    return [...this.flights.values()].filter(({ charge }) => charge !== null).length;
  }

  /** Waits until no paid call is on its way and every answer is on record, or until `withinMs` have passed. */
  async drain(withinMs: number): Promise<void> {
    this.closing = true;
    const landings = [...this.flights.values()].map(async ({ result, recorded }) => {
      await result;
      await recorded;
    });
    await within(Promise.allSettled(landings), withinMs, undefined);
  }

  private begin<Refusal>(name: string, spending: Spending<Refusal>, asker: Asker): Flight {
    const { fingerprint } = spending;
    const start = { charge: null, asking: null, saidNotBegun: false, recorded: Promise.resolve() };
    const flight = { fingerprint, asker, ...start } as unknown as Flight;
    this.flights.set(name, flight);
    flight.result = this.fly(flight, spending);
    void this.land(name, flight);
    return flight;
  }

  // Until the answer is on record, this process is the only one that knows it: meanwhile it answers from memory.
  private async land(name: string, flight: Flight): Promise<void> {
    await flight.result.catch(() => undefined);
    await flight.recorded;
    this.flights.delete(name);
  }

  private async fly<Refusal>(flight: Flight, spending: Spending<Refusal>): Promise<Spent<Refusal>> {
    const known = await asking(flight, this.find(spending));
    if (known && !known.freed) return answerKnown(known, spending.fingerprint);
    if (known && known.fingerprint !== spending.fingerprint) return { kind: "key-reused", charge: known };

    const { paidCalls, now } = this.options;
    if (!paidCalls || this.closing) return { kind: "not-begun" };
    const refusal = (await spending.findRefusal?.()) ?? null;
    if (refusal !== null) return { kind: "refused", refusal };
    const leftMs = flight.asker.paidFieldsUntilMs - now();
    if (leftMs <= 0) return { kind: "not-begun" };
    const turn = await spending.reserve?.(leftMs);
    if (turn === null) return { kind: "not-begun" };
    return this.claimAndSend(flight, spending, turn);
  }

  private async claimAndSend<Refusal>(
    flight: Flight,
    spending: Spending<Refusal>,
    turn: Turn | undefined,
  ): Promise<Spent<Refusal>> {
    let sent = false;
    try {
      if (flight.saidNotBegun || this.options.now() >= flight.asker.paidFieldsUntilMs) return { kind: "not-begun" };
      const beganMs = performance.now();
      const claim = await asking(flight, this.claim(spending, flight.asker.log));
      if (claim.kind === "limit-reached") return claim;
      if (claim.kind === "known") return await this.answerRace(flight, spending);
      flight.charge = claim.charge;
      await this.options.atStep?.("claimed");
      sent = true;
      return await this.sendAndSettle(flight, claim.charge, spending, { beganMs, turn });
    } finally {
      // A call that was given up on keeps its turn, for it is still on its way.
      if (!sent) turn?.end();
    }
  }

  private find(name: ChargeName): Promise<Charge | null> {
    return reachingLedger(() => this.store.find(name));
  }

  private async claim<Refusal>(spending: Spending<Refusal>, log: FastifyBaseLogger): Promise<ClaimResult> {
    const { abandonMs, dailyLimit } = this.options;
    const id = randomUUID();
    try {
      return await this.store.claim({ ...spending, id }, { leaseMs: abandonMs + leaseSlackMs, dailyLimit });
    } catch (cause) {
      void this.answers.releaseUnacknowledged(id, log);
      throw new LedgerUnavailableError(cause);
    }
  }

  private async sendAndSettle<Refusal>(
    flight: Flight,
    charge: Charge,
    spending: Spending<Refusal>,
    { beganMs, turn }: { beganMs: number; turn: Turn | undefined },
  ): Promise<Spent<Refusal>> {
    const abandonMs = this.options.abandonMs - (performance.now() - beganMs);
    // Held up past its own time, others may have taken it for UNKNOWN: it must not be sent now.
    const sending = abandonMs > 0 ? this.send(charge, spending, turn) : Promise.resolve(heldUp);
    const abandoned: PaidOutcome = { state: "UNKNOWN", reason: `no answer within ${this.options.abandonMs} ms` };
    if (abandonMs <= 0) turn?.end();
    const outcome = await within(sending, Math.max(abandonMs, 0), abandoned);
    await this.options.atStep?.("answered");

    const settled = await this.settle(flight, charge, toVerdict(outcome, spending));
    if (outcome === abandoned) void this.settleLate(flight, settled, sending, spending);
    await this.options.atStep?.("settled");
    return toSpent(settled, outcome);
  }

  private async send<Refusal>(charge: Charge, spending: Spending<Refusal>, turn?: Turn): Promise<PaidOutcome> {
    try {
      return await spending.send(charge.id, turn);
    } catch (error) {
      this.options.log.error({ err: error, chargeId: charge.id }, "ledger: a paid call ended in an error of ours");
      return { state: "UNKNOWN", reason: "the call ended in an error of ours" };
    } finally {
      turn?.end();
    }
  }

  private async settleLate<Refusal>(
    flight: Flight,
    charge: Charge,
    sending: Promise<PaidOutcome>,
    spending: Spending<Refusal>,
  ): Promise<void> {
    const late = await sending;
    if (late.state !== "UNKNOWN") await this.settle(flight, charge, toVerdict(late, spending));
  }

  private async settle(flight: Flight, charge: Charge, verdict: AnswerVerdict): Promise<Charge> {
    const { charge: settled, onRecord } = await this.answers.record(charge, verdict, flight.asker.log);
    flight.recorded = onRecord;
    if (settled.state === "UNKNOWN") this.options.onUnknown?.(settled);
    return settled;
  }

  private async answerRace<Refusal>(flight: Flight, spending: Spending<Refusal>): Promise<Spent<Refusal>> {
    const known = await asking(flight, this.find(spending));
    // Freed again between the two looks: it is nobody's at the moment, and asking again will tell.
    if (!known || known.freed) return { kind: "not-begun" };
    return answerKnown(known, spending.fingerprint);
  }

  private async answerReuse<Refusal>(
    flight: Flight,
    spending: Spending<Refusal>,
    asker: Asker,
  ): Promise<Spent<Refusal>> {
    if (flight.charge) return { kind: "key-reused", charge: flight.charge };
    await this.waitFor(flight, asker).catch(() => undefined);
    if (flight.charge) return { kind: "key-reused", charge: flight.charge };
    // The first use left no trace, so this is the key's first use.
    return asker.paidFieldsUntilMs > this.options.now() ? this.spend(spending, asker) : { kind: "not-begun" };
  }

  private async waitFor(flight: Flight, { paidFieldsUntilMs }: Asker): Promise<Spent<unknown>> {
    const outOfTime = Symbol("out of time");
    let result = await within(flight.result, paidFieldsUntilMs - this.options.now(), outOfTime);
    // What the ledger is about to say is waited for even so: "nothing was charged" must not be said of a key that it
    // knows, nor of one that is being claimed.
    while (typeof result === "symbol" && flight.asking) {
      await flight.asking.catch(() => undefined);
      result = await within(flight.result, 0, outOfTime);
    }
    if (typeof result !== "symbol") return result;
    if (flight.charge) return { kind: "in-progress", charge: flight.charge };
    // A timer may be a moment ahead of the clock, and another asker may have more time: neither may claim it now.
    flight.saidNotBegun = true;
    return { kind: "not-begun" };
  }
}

async function asking<Answer>(flight: Flight, question: Promise<Answer>): Promise<Answer> {
  flight.asking = question;
  try {
    return await question;
  } finally {
    flight.asking = null;
  }
}

const heldUp: PaidOutcome = { state: "NOT_CHARGED", because: "unavailable" };

function nameOf({ caller, operation, idempotencyKey }: ChargeName): string {
  return JSON.stringify([caller, operation, idempotencyKey]);
}

function answerKnown<Refusal>(charge: Charge, fingerprint: string): Spent<Refusal> {
  if (charge.fingerprint !== fingerprint) return { kind: "key-reused", charge };
  if (charge.state === "IN_PROGRESS") return { kind: "in-progress", charge };
  // What evidence or an operator found stays "it could not be told": `charge.state` has the verdict, and nothing is sent again.
  if (charge.state === "CHARGED" && charge.verdictBy === "ANSWER") return { kind: "charged", charge, replayed: true };
  return { kind: "outcome-unknown", charge };
}

function toSpent<Refusal>(charge: Charge, outcome: PaidOutcome): Spent<Refusal> {
  if (outcome.state === "CHARGED") return { kind: "charged", charge, replayed: false, body: outcome.body };
  return outcome.state === "UNKNOWN" ? { kind: "outcome-unknown", charge } : { kind: "not-charged", charge, outcome };
}

function toVerdict(outcome: PaidOutcome, { readPurchase }: Pick<Spending<unknown>, "readPurchase">): AnswerVerdict {
  const common = { by: "ANSWER" as const, state: outcome.state, status: outcome.status };
  if (outcome.state === "CHARGED") return { ...common, ...readPurchase(outcome.body) };
  if (outcome.state === "UNKNOWN") return { ...common, reason: outcome.reason };
  return { ...common, reason: outcome.because, oursToFix: "oursToFix" in outcome && outcome.oursToFix };
}
