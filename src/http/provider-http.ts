import { Breaker, type ProbeVerdict } from "./breaker.ts";
import { Deadline } from "./deadline.ts";
import type { CallOutcome, HttpObserver } from "./http-observer.ts";
import type { HttpSettings } from "./http-settings.ts";
import { type PaidOrder, type PaidReply, sendPaidCall } from "./paid-call.ts";
import { findPaidOddity, namePaidOutcome } from "./paid-reply.ts";
import { ProviderError, type ProviderFailure } from "./provider-error.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { ReadAnswer } from "./read-answer.ts";
import { ReadLine } from "./read-exchange.ts";
import type { RequestPath } from "./request-path.ts";
import { pauseBeforeRetry } from "./retry.ts";
import { NoRoom, type Turn, Turns, type Urgency } from "./turns.ts";

export interface ProviderHttpOptions {
  /** The name in errors and logs. */
  provider: string;
  /** The provider's origin; nothing else is ever called, and redirects are not followed. */
  baseUrl: string;
  /** Sent with every request: credentials and versions. */
  headers: Record<string, string>;
  settings: Pick<
    HttpSettings,
    | "timeoutMs"
    | "connectTimeoutMs"
    | "headersTimeoutMs"
    | "bodyTimeoutMs"
    | "maxBodyBytes"
    | "concurrency"
    | "retries"
    | "breaker"
  >;
  /** How long to listen for the answer to a paid call, in milliseconds. */
  paidTimeoutMs: number;
  /** The free read by which the breaker finds out whether the provider is up. Any answer below 500 will do, 404 too. */
  probe: Query;
  /** None where the provider has no limit. */
  rate?: RateLimit | undefined;
  observer: HttpObserver;
}

/** A free read: what is asked of which endpoint. */
export interface Query {
  path: RequestPath;
  query?: Record<string, string> | undefined;
}

interface Sending {
  /** 1 for the first. */
  attempt: number;
  urgency: Urgency;
  deadline: Deadline;
}

// A paid call that has waited so long is better refused, while nothing is claimed, than kept.
const maxPaidWaitMs = 5_000;
const maxProbeMs = 5_000;

/** What the reads and the paid calls of one provider share. */
interface Lines {
  reads: ReadLine;
  turns: Turns;
  breaker: Breaker;
}

/**
 * One provider's HTTP, with all that stands between us and what it may do: docs/resilience.md tells it in one table.
 *
 * A read:      breaker → turn (bulkhead, rate) → exchange → again, after a pause, from the breaker on; one deadline over all.
 * A paid call: breaker → turn → the ledger's claim → exchange on a connection of its own, once.
 */
export class ProviderHttp {
  readonly provider: string;
  private readonly lines: Lines;

  constructor(
    private readonly options: ProviderHttpOptions,
    private readonly urgency: Exclude<Urgency, "paid"> = "read",
    lines?: Lines,
  ) {
    this.provider = options.provider;
    this.lines = lines ?? this.openLines();
  }

  /** The same provider, for reads that nobody waits for: all others go first. */
  unhurried(): ProviderHttp {
    return new ProviderHttp(this.options, "evidence", this.lines);
  }

  /**
   * Reads one JSON object, or null where the provider says there is none (404). It is as urgent as all reads here, unless
   * told otherwise.
   *
   * @throws ProviderError for every other answer, and for none in time.
   */
  async findJson(
    path: RequestPath,
    query?: Record<string, string>,
    urgency: Urgency = this.urgency,
  ): Promise<object | null> {
    const { breaker } = this.lines;
    const deadline = new Deadline(this.options.settings.timeoutMs);
    if (!(await breaker.allows(deadline.leftMs))) throw this.failure(leftAlone);
    const answer = await this.readUntilUseful({ path, query }, { urgency, deadline });
    if (answer.outcome !== "rate-limited") breaker.note(isDown(answer.outcome));
    if ("json" in answer) return answer.json;
    throw this.failure(answer.failure);
  }

  /**
   * Takes what a paid call needs before anything is claimed for it; null where the provider is left alone at the moment,
   * or where there is no turn in time. Hand it to `sendPaid`, or end it.
   */
  async reservePaid(withinMs: number = maxPaidWaitMs): Promise<Turn | null> {
    if (!(await this.lines.breaker.allows(withinMs))) return null;
    try {
      return await this.lines.turns.take("paid", new Deadline(Math.min(withinMs, maxPaidWaitMs)));
    } catch (error) {
      this.noteNoRoom(error);
      return null;
    }
  }

  /** Sends a paid request, once. What became of it is the answer, never an exception. Without a turn it is not sent at all. */
  async sendPaid(order: PaidOrder, reserved?: Turn): Promise<PaidReply> {
    const turn = reserved ?? (await this.reservePaid());
    if (!turn) return { kind: "not-sent", cause: new Error("No turn, or the provider is left alone") };
    try {
      await turn.renew();
      return await this.exchangePaid(order);
    } finally {
      turn.end();
    }
  }

  /** The error for an answer of this provider's that can't be used: `message` says what was expected and what came. */
  malformed(message: string, odd: string): ProviderError {
    this.reportOdd(odd);
    return this.failure({ kind: "malformed", message });
  }

  /** Counts something odd about an answer, usable or not. */
  reportOdd(kind: string): void {
    this.options.observer.oddAnswer(this.provider, kind);
  }

  /** Waits for reads in progress, then closes the connections. */
  async close(): Promise<void> {
    await this.lines.reads.close();
  }

  private openLines(): Lines {
    const { baseUrl, settings, rate, observer } = this.options;
    return {
      reads: new ReadLine({ ...settings, baseUrl, connections: settings.concurrency }),
      turns: new Turns(settings.concurrency, rate),
      breaker: new Breaker({
        settings: settings.breaker,
        probe: () => this.probe(),
        onMove: (state) => observer.breakerMoved(this.provider, state),
      }),
    };
  }

  private async readUntilUseful(asked: Query, sending: Omit<Sending, "attempt">): Promise<ReadAnswer> {
    const { settings, observer } = this.options;
    const { deadline } = sending;
    let answer = await this.attempt(asked, { ...sending, attempt: 1 });
    for (let attempt = 1; !("json" in answer); attempt++) {
      const budget = { attempt, retries: settings.retries, leftMs: deadline.leftMs };
      const pauseMs = pauseBeforeRetry(answer, budget);
      if (pauseMs === undefined || !(await this.stillAllowedAfter(pauseMs, deadline))) break;
      observer.retried(this.provider);
      // Where there is no room for another attempt, the failure of the last one is what there is to tell.
      const another = await this.attempt(asked, { ...sending, attempt: attempt + 1 }).catch(() => null);
      if (!another) break;
      answer = another;
    }
    return answer;
  }

  /** @throws ProviderError where it could not be sent. */
  private async attempt({ path, query }: Query, { attempt, urgency, deadline }: Sending): Promise<ReadAnswer> {
    const { provider, options } = this;
    const turn = await this.lines.turns.take(urgency, deadline).catch((error: unknown) => {
      throw this.noteNoRoom(error);
    });
    try {
      const call = { provider, method: "GET", endpoint: path.template, paid: false, attempt };
      const watch = options.observer.begin(call);
      const headers = { ...watch.headers, ...options.headers };
      const answer = await this.lines.reads.send({ path, query, headers }, deadline);
      watch.end(answer.outcome, answer.status);
      if ("odd" in answer && answer.odd) this.reportOdd(answer.odd);
      return answer;
    } finally {
      turn.end();
    }
  }

  // The provider may have been found to be down meanwhile, by the failures of others.
  private async stillAllowedAfter(pauseMs: number, deadline: Deadline): Promise<boolean> {
    await new Promise((done) => setTimeout(done, pauseMs));
    return this.lines.breaker.allows(deadline.leftMs);
  }

  private async probe(): Promise<ProbeVerdict> {
    const deadline = new Deadline(Math.min(this.options.settings.timeoutMs, maxProbeMs));
    try {
      const { outcome } = await this.attempt(this.options.probe, { attempt: 1, urgency: "paid", deadline });
      return isDown(outcome) ? "down" : "up";
    } catch {
      return "not-sent";
    }
  }

  private async exchangePaid(order: PaidOrder): Promise<PaidReply> {
    const { baseUrl, headers, paidTimeoutMs, settings, observer } = this.options;
    const { method, path } = order;
    const call = { provider: this.provider, method, endpoint: path.template, paid: true, attempt: 1 };
    const watch = observer.begin(call);
    const reply = await sendPaidCall({
      ...order,
      origin: baseUrl,
      headers: { ...watch.headers, ...headers, ...order.headers },
      timeoutMs: paidTimeoutMs,
      maxBodyBytes: settings.maxBodyBytes,
    });
    watch.end(namePaidOutcome(reply), reply.kind === "answer" ? reply.status : undefined);
    const odd = findPaidOddity(reply);
    if (odd) this.reportOdd(odd);
    return reply;
  }

  private noteNoRoom(error: unknown): unknown {
    if (!(error instanceof NoRoom)) return error;
    this.options.observer.crowdedOut(this.provider, error.why);
    const kind = error.why === "rate" ? "unavailable" : "timeout";
    return this.failure({ kind, message: error.message, cause: error });
  }

  private failure(failure: Omit<ProviderFailure, "provider">): ProviderError {
    return new ProviderError({ provider: this.provider, ...failure });
  }
}

const leftAlone = { kind: "unavailable", message: "left alone for a while, for it is down" } as const;

/** Whether a read that ended so tells that the provider is down. Whatever it answered below 500, it answered. */
function isDown(outcome: CallOutcome): boolean {
  return outcome === "unavailable" || outcome === "timeout" || outcome === "no-answer";
}
