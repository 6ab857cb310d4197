import { Deadline } from "./deadline.ts";
import { type PaidOrder, type PaidReply, sendPaidCall } from "./paid-call.ts";
import { findPaidOddity, namePaidOutcome } from "./paid-reply.ts";
import { ProviderError } from "./provider-error.ts";
import { ProviderLines, type ProviderLinesOptions } from "./provider-lines.ts";
import type { RequestPath } from "./request-path.ts";
import type { Turn } from "./turns.ts";
import type { Urgency } from "./urgency.ts";

export interface ProviderHttpOptions extends ProviderLinesOptions {
  /** How long to listen for the answer to a paid call, in milliseconds. */
  paidTimeoutMs: number;
}

// A paid call that has waited so long is better refused, while nothing is claimed, than kept.
const maxPaidWaitMs = 5_000;

/**
 * One provider's HTTP, as its client uses it. What stands between us and what the provider may do, docs/resilience.md tells in
 * one table.
 */
export class ProviderHttp {
  readonly provider: string;

  constructor(
    private readonly options: ProviderHttpOptions,
    private readonly urgency: Exclude<Urgency, "paid"> = "read",
    private readonly lines = new ProviderLines(options),
  ) {
    this.provider = options.provider;
  }

  /** The same provider, for reads that nobody waits for: all others go first. */
  unhurried(): ProviderHttp {
    return new ProviderHttp(this.options, "unhurried", this.lines);
  }

  /**
   * Reads one JSON object, or null where the provider says there is none (404). It is as urgent as all reads here, unless
   * told otherwise.
   *
   * @throws ProviderError for every other answer, and for none in time.
   */
  findJson(path: RequestPath, query?: Record<string, string>, urgency: Urgency = this.urgency): Promise<object | null> {
    return this.lines.read({ path, query }, urgency);
  }

  /**
   * Takes what a paid call needs before anything is claimed for it; null where the provider is left alone at the moment,
   * or where there is no turn in time. Hand it to `sendPaid`, or end it.
   */
  async reservePaid(withinMs: number = maxPaidWaitMs): Promise<Turn | null> {
    const deadline = new Deadline(Math.min(withinMs, maxPaidWaitMs));
    if (!(await this.lines.breaker.allows(deadline.leftMs))) return null;
    return this.lines.takeTurn("paid", deadline, true).catch((error: unknown) => {
      if (error instanceof ProviderError) return null;
      throw error;
    });
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
    return this.lines.failure({ kind: "malformed", message });
  }

  /** Counts something odd about an answer, usable or not. */
  reportOdd(kind: string): void {
    this.options.observer.oddAnswer(this.provider, kind);
  }

  /** Waits for reads in progress, then closes the connections. */
  close(): Promise<void> {
    return this.lines.close();
  }

  private async exchangePaid(order: PaidOrder): Promise<PaidReply> {
    const { baseUrl, headers, paidTimeoutMs, settings, observer } = this.options;
    const { method, path } = order;
    const watch = observer.begin({
      provider: this.provider,
      method,
      endpoint: path.template,
      paid: true,
      attempt: 1,
    });
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
}
