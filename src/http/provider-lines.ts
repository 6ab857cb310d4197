import { Breaker, type ProbeVerdict } from "./breaker.ts";
import { Deadline } from "./deadline.ts";
import type { CallOutcome, HttpObserver } from "./http-observer.ts";
import type { HttpSettings } from "./http-settings.ts";
import { ProviderError, type ProviderFailure } from "./provider-error.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { ReadAnswer } from "./read-answer.ts";
import { ReadLine } from "./read-exchange.ts";
import type { RequestPath } from "./request-path.ts";
import { pauseBeforeRetry } from "./retry.ts";
import { NoRoom, type Turn, Turns } from "./turns.ts";
import type { Urgency } from "./urgency.ts";

export interface ProviderLinesOptions {
  /** The name in errors and logs. */
  provider: string;
  /** The provider's origin; nothing else is ever called, and redirects are not followed. */
  baseUrl: string;
  /** Sent with every request: credentials and versions. */
  headers: Record<string, string>;
  settings: Omit<HttpSettings, "trueworkCallsPerSecond" | "instances" | "probeIds">;
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

const maxProbeMs = 5_000;

/** What stands between us and one provider, shared by all that call it: its breaker, its turns and its connections for reads. */
export class ProviderLines {
  readonly breaker: Breaker;
  private readonly reads: ReadLine;
  private readonly turns: Turns;

  constructor(private readonly options: ProviderLinesOptions) {
    const { provider, baseUrl, settings, rate, observer } = options;
    this.reads = new ReadLine({ ...settings, baseUrl, connections: settings.concurrency });
    this.turns = new Turns(settings.concurrency, rate);
    this.breaker = new Breaker({
      settings: settings.breaker,
      probe: () => this.probe(),
      onMove: (state) => observer.breakerMoved(provider, state),
    });
  }

  /**
   * breaker → turn (bulkhead, rate) → exchange → again, after a pause, from the breaker on; one deadline over all.
   *
   * @throws ProviderError
   */
  async read(asked: Query, urgency: Urgency): Promise<object | null> {
    const deadline = new Deadline(this.options.settings.timeoutMs);
    if (!(await this.breaker.allows(deadline.leftMs))) throw this.failure(leftAlone);
    const answer = await this.readUntilUseful(asked, { urgency, deadline });
    if (answer.outcome !== "rate-limited") this.breaker.note(isDown(answer.outcome));
    if ("json" in answer) return answer.json;
    throw this.failure(answer.failure);
  }

  /** @throws ProviderError where there is no turn in time. */
  async takeTurn(urgency: Urgency, deadline: Deadline, isPaidCall = false): Promise<Turn> {
    try {
      return await this.turns.take(urgency, deadline, isPaidCall);
    } catch (cause) {
      if (!(cause instanceof NoRoom)) throw cause;
      this.options.observer.crowdedOut(this.options.provider, cause.why);
      throw this.failure({ kind: cause.why === "rate" ? "unavailable" : "timeout", message: cause.message, cause });
    }
  }

  failure(failure: Omit<ProviderFailure, "provider">): ProviderError {
    return new ProviderError({ provider: this.options.provider, ...failure });
  }

  /** Waits for reads in progress, then closes the connections. */
  close(): Promise<void> {
    return this.reads.close();
  }

  private async readUntilUseful(asked: Query, sending: Omit<Sending, "attempt">): Promise<ReadAnswer> {
    const { provider, settings, observer } = this.options;
    const { deadline } = sending;
    let answer = await this.attempt(asked, { ...sending, attempt: 1 });
    for (let attempt = 1; !("json" in answer); attempt++) {
      const budget = { attempt, retries: settings.retries, leftMs: deadline.leftMs };
      const pauseMs = pauseBeforeRetry(answer, budget);
      if (pauseMs === undefined || !(await this.stillAllowedAfter(pauseMs, deadline))) break;
      observer.retried(provider);
      // Where there is no room for another attempt, the failure of the last one is what there is to tell.
      const another = await this.attempt(asked, { ...sending, attempt: attempt + 1 }).catch(() => null);
      if (!another) break;
      answer = another;
    }
    return answer;
  }

  private async attempt({ path, query }: Query, { attempt, urgency, deadline }: Sending): Promise<ReadAnswer> {
    const { provider, headers, observer } = this.options;
    const turn = await this.takeTurn(urgency, deadline);
    let outcome: CallOutcome | undefined;
    try {
      const watch = observer.begin({ provider, method: "GET", endpoint: path.template, paid: false, attempt });
      const answer = await this.reads.send({ path, query, headers: { ...watch.headers, ...headers } }, deadline);
      outcome = answer.outcome;
      watch.end(outcome, answer.status);
      if ("odd" in answer && answer.odd) observer.oddAnswer(provider, answer.odd);
      return answer;
    } finally {
      turn.end(endedHow(outcome));
    }
  }

  // The provider may have been found to be down meanwhile, by the failures of others.
  private async stillAllowedAfter(pauseMs: number, deadline: Deadline): Promise<boolean> {
    await new Promise((done) => setTimeout(done, pauseMs));
    return this.breaker.allows(deadline.leftMs);
  }

  private async probe(): Promise<ProbeVerdict> {
    const { probe, settings } = this.options;
    const deadline = new Deadline(Math.min(settings.timeoutMs, maxProbeMs));
    try {
      const { outcome } = await this.attempt(probe, { attempt: 1, urgency: "paid", deadline });
      return isDown(outcome) ? "down" : "up";
    } catch {
      return "not-sent";
    }
  }
}

const leftAlone = { kind: "unavailable", message: "left alone for a while, for it is down" } as const;

/** Whether a read that ended so tells that the provider is down. Whatever it answered below 500, it answered. */
function isDown(outcome: CallOutcome): boolean {
  return outcome === "unavailable" || outcome === "timeout" || outcome === "no-answer";
}

// How soon it refuses or fails says nothing of how long it takes to answer.
function endedHow(outcome: CallOutcome | undefined): "answered" | "cut-off" | undefined {
  if (outcome === "timeout") return "cut-off";
  return outcome === "ok" || outcome === "not-found" ? "answered" : undefined;
}
