import { randomUUID } from "node:crypto";
import type { FastifyBaseLogger } from "fastify";
import type { PaidOutcome } from "../../http/paid-outcome.ts";
import type { Turn } from "../../http/turns.ts";
import { within } from "../../timing.ts";
import type { Charge, ChargeName } from "../charge.ts";
import type { ChargeStore } from "../store/charge-store.ts";
import type { ClaimResult } from "../store/claims.ts";
import { AnswerRecorder, type AnswerVerdict } from "./answer-recorder.ts";
import { Flight } from "./flight.ts";
import { LedgerUnavailableError, reachingLedger } from "./ledger-unavailable.ts";
import type { Asker, Spending, Spent } from "./spending.ts";
import { answerKnown, toSpent, toVerdict } from "./verdict.ts";

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
    const landings = [...this.flights.values()].map((flight) => flight.landed());
    await within(Promise.allSettled(landings), withinMs, undefined);
  }

  private begin<Refusal>(name: string, spending: Spending<Refusal>, asker: Asker): Flight {
    const flight = new Flight(spending.fingerprint, asker, (begun) => this.fly(begun, spending));
    this.flights.set(name, flight);
    // Until the answer is on record, this process is the only one that knows it: meanwhile it answers from memory.
    void flight.landed().then(() => this.flights.delete(name));
    return flight;
  }

  private async fly<Refusal>(flight: Flight, spending: Spending<Refusal>): Promise<Spent<Refusal>> {
    const known = await this.findAnswer(flight, spending);
    if (known) return known;

    const { paidCalls, now } = this.options;
    if (!paidCalls || this.closing) return { kind: "not-begun" };
    const refusal = (await spending.findRefusal?.()) ?? null;
    if (refusal !== null) return this.unlessKnown(flight, spending, { kind: "refused", refusal });
    const leftMs = flight.asker.paidFieldsUntilMs - now();
    if (leftMs <= 0) return { kind: "not-begun" };
    const turn = await spending.reserve?.(leftMs);
    if (turn === null) return this.unlessKnown(flight, spending, { kind: "not-begun" });
    return this.claimAndSend(flight, spending, turn);
  }

  /** What the ledger answers by itself; null for a key that is new, or freed and asked for with its own input. */
  private async findAnswer<Refusal>(flight: Flight, spending: Spending<Refusal>): Promise<Spent<Refusal> | null> {
    const charge = await flight.ask(this.find(spending));
    if (!charge || (charge.freed && charge.fingerprint === spending.fingerprint)) return null;
    return answerKnown(charge, spending.fingerprint);
  }

  // Another process may have claimed the key since it was looked up: then what refuses a new one is not its answer.
  private async unlessKnown<Refusal>(
    flight: Flight,
    spending: Spending<Refusal>,
    otherwise: Spent<Refusal>,
  ): Promise<Spent<Refusal>> {
    return (await this.findAnswer(flight, spending)) ?? otherwise;
  }

  private async claimAndSend<Refusal>(
    flight: Flight,
    spending: Spending<Refusal>,
    turn: Turn | undefined,
  ): Promise<Spent<Refusal>> {
    try {
      if (flight.saidNotBegun || this.options.now() >= flight.asker.paidFieldsUntilMs) return { kind: "not-begun" };
      const beganMs = performance.now();
      const claim = await flight.ask(this.claim(spending, flight.asker.log));
      if (claim.kind === "limit-reached") return await this.unlessKnown(flight, spending, claim);
      // Freed again between the two looks, it is nobody's at the moment, and asking again will tell.
      if (claim.kind === "known") return await this.unlessKnown(flight, spending, { kind: "not-begun" });
      flight.charge = claim.charge;
      await this.options.atStep?.("claimed");
      return await this.sendAndSettle(flight, claim.charge, spending, { beganMs, turn });
    } finally {
      // One that was given up on is listened to further, but without a turn: a provider that hangs must not take the
      // others' turns along.
      turn?.end();
    }
  }

  private find(name: ChargeName): Promise<Charge | null> {
    return reachingLedger(() => this.store.find(name), LedgerUnavailableError.nothingSent);
  }

  private async claim<Refusal>(spending: Spending<Refusal>, log: FastifyBaseLogger): Promise<ClaimResult> {
    const { abandonMs, dailyLimit } = this.options;
    const id = randomUUID();
    try {
      return await this.store.claim({ ...spending, id }, { leaseMs: abandonMs + leaseSlackMs, dailyLimit });
    } catch (cause) {
      void this.answers.releaseUnacknowledged(id, log);
      throw LedgerUnavailableError.nothingSent(cause);
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
    const outcome = await within(sending, Math.max(abandonMs, 0), abandoned);
    turn?.end();
    await this.options.atStep?.("answered");

    const settled = await this.settle(flight, charge, this.judge(charge, outcome, spending));
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
    }
  }

  private async settleLate<Refusal>(
    flight: Flight,
    charge: Charge,
    sending: Promise<PaidOutcome>,
    spending: Spending<Refusal>,
  ): Promise<void> {
    const late = await sending;
    if (late.state === "UNKNOWN") return;
    // Its asker was told UNKNOWN, though that may not be on record: nothing frees its key any more.
    await this.settle(flight, charge, { ...this.judge(charge, late, spending), everUnknown: true });
  }

  private judge<Refusal>({ id }: Charge, outcome: PaidOutcome, spending: Spending<Refusal>): AnswerVerdict {
    return toVerdict(outcome, spending, (error) => {
      this.options.log.error({ err: error, chargeId: id }, "ledger: what was bought could not be read from the answer");
    });
  }

  private async settle(flight: Flight, charge: Charge, verdict: AnswerVerdict): Promise<Charge> {
    const { charge: settled, onRecord } = await this.answers.record(charge, verdict, flight.asker.log);
    flight.recorded = onRecord;
    if (settled.state === "UNKNOWN") this.options.onUnknown?.(settled);
    return settled;
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

  private waitFor(flight: Flight, { paidFieldsUntilMs }: Asker): Promise<Spent<unknown>> {
    // A timer may be a moment ahead of the clock, by which the next field would still be in time.
    return flight.waitFor(paidFieldsUntilMs - this.options.now() + 1);
  }
}

const heldUp: PaidOutcome = { state: "NOT_CHARGED", because: "unavailable" };

function nameOf({ caller, operation, idempotencyKey }: ChargeName): string {
  return JSON.stringify([caller, operation, idempotencyKey]);
}
