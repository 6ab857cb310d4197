import { type Dispatcher, Pool } from "undici";
import { claimsJson, describeJson, isHtml, isJsonObject, parseJson, retryAfterSeconds } from "./answer.ts";
import type { CallOutcome, HttpObserver } from "./http-observer.ts";
import { type PaidOrder, type PaidReply, sendPaidCall } from "./paid-call.ts";
import { ProviderError, type ProviderFailure } from "./provider-error.ts";
import type { RequestPath } from "./request-path.ts";
import { Turns } from "./turns.ts";

export interface ProviderHttpOptions {
  /** The name in errors and logs. */
  provider: string;
  /** The provider's origin; nothing else is ever called, and redirects are not followed. */
  baseUrl: string;
  /** Sent with every request: credentials and versions. */
  headers: Record<string, string>;
  /** How long one read may take from asking to its last byte, in milliseconds. */
  readTimeoutMs: number;
  /** How long to listen for the answer to a paid call, in milliseconds. */
  paidTimeoutMs: number;
  /** Calls at once, reads and paid calls together; the rest wait their turn. */
  concurrency: number;
  observer: HttpObserver;
}

const maxBodyBytes = 20 * 1024 * 1024;
const connectTimeoutMs = 5_000;
// Its charge is claimed by then; waiting longer would run into the time in which it counts as abandoned.
const maxPaidWaitMs = 5_000;

/** One provider's HTTP. Reads share a pool; each paid call travels on a connection of its own. */
export class ProviderHttp {
  readonly provider: string;
  private readonly pool: Pool;
  private readonly turns: Turns;

  constructor(private readonly options: ProviderHttpOptions) {
    this.provider = options.provider;
    this.turns = new Turns(options.concurrency);
    this.pool = new Pool(options.baseUrl, {
      connections: options.concurrency,
      pipelining: 1,
      allowH2: false,
      connect: { timeout: Math.min(connectTimeoutMs, options.readTimeoutMs) },
      headersTimeout: options.readTimeoutMs,
      bodyTimeout: options.readTimeoutMs,
      maxResponseSize: maxBodyBytes,
    });
  }

  /**
   * Reads one JSON object, or null where the provider says there is none (404).
   *
   * @throws ProviderError for every other answer, and for none in time.
   */
  async findJson(path: RequestPath, query?: Record<string, string>): Promise<object | null> {
    const signal = AbortSignal.timeout(this.options.readTimeoutMs);
    const answer = await this.turns
      .take("read", signal, () => this.inTime(signal, this.read(path, query, signal)))
      .catch((cause: unknown) => {
        if (cause instanceof ProviderError) throw cause;
        throw this.failure({ kind: "timeout", message: "no turn in time", cause });
      });
    const { statusCode: status, headers, text } = answer;

    // A 404 in HTML is a proxy's or a wrong base URL's: taking it for "no such thing" would tell a lender an untruth.
    if (status === 404 && !isHtml(headers, text)) return null;
    if (status < 200 || status > 299) throw this.refusal(status, headers);
    return this.usableJson(status, headers, text);
  }

  /**
   * Sends a paid request, once. What became of it is the answer, never an exception. One that gets no turn in time is not
   * sent at all.
   */
  async sendPaid(order: PaidOrder): Promise<PaidReply> {
    const { baseUrl, headers, paidTimeoutMs } = this.options;
    let begun = false;
    const send = async () => {
      begun = true;
      const call = {
        provider: this.provider,
        method: order.method,
        endpoint: order.path.template,
        paid: true,
        attempt: 1,
      };
      const watch = this.options.observer.begin(call);
      const all = { ...headers, ...order.headers, ...watch.headers };
      const reply = await sendPaidCall({ ...order, origin: baseUrl, headers: all, timeoutMs: paidTimeoutMs });
      if (reply.kind === "answer") watch.end(outcomeOf(reply.status), reply.status);
      else watch.end(reply.kind);
      return reply;
    };
    return this.turns
      .take("paid", AbortSignal.timeout(maxPaidWaitMs), send)
      .catch((cause: unknown): PaidReply => ({ kind: begun ? "no-answer" : "not-sent", cause }));
  }

  /** Waits for reads in progress, then closes the connections. */
  async close(): Promise<void> {
    await this.pool.close();
  }

  // undici lets no signal break off a read that still waits for its connection, so the deadline is kept here too. One in
  // progress is given the moment to say itself what it was waiting for.
  private inTime<Value>(signal: AbortSignal, reading: Promise<Value>): Promise<Value> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const giveUp = () =>
      setImmediate(() => reject(this.failure({ kind: "timeout", message: "no connection in time" })));
    signal.addEventListener("abort", giveUp, { once: true });
    return Promise.race([reading, tooLate]).finally(() => signal.removeEventListener("abort", giveUp));
  }

  private async read(path: RequestPath, query: Record<string, string> | undefined, signal: AbortSignal) {
    const call = { provider: this.provider, method: "GET", endpoint: path.template, paid: false, attempt: 1 };
    const watch = this.options.observer.begin(call);
    try {
      const answer = await this.readOnce(path, query, { signal, headers: watch.headers });
      watch.end(outcomeOf(answer.statusCode), answer.statusCode);
      return answer;
    } catch (error) {
      watch.end(error instanceof ProviderError && error.kind === "timeout" ? "timeout" : "unavailable");
      throw error;
    }
  }

  private async readOnce(
    path: RequestPath,
    query: Record<string, string> | undefined,
    { signal, headers }: { signal: AbortSignal; headers: Record<string, string> },
  ) {
    const response = await this.ask(path, query, { signal, headers });
    try {
      return { ...response, text: await response.body.text() };
    } catch (cause) {
      if (signal.aborted || isTimeout(cause))
        throw this.failure({ kind: "timeout", message: "its answer came too slowly", cause });
      throw this.failure({
        kind: "malformed",
        message: isTooLarge(cause) ? `expected at most ${maxBodyBytes} bytes, got more` : "its answer broke off",
        status: response.statusCode,
        cause,
      });
    }
  }

  private async ask(
    { encoded }: RequestPath,
    query: Record<string, string> | undefined,
    { signal, headers }: { signal: AbortSignal; headers: Record<string, string> },
  ) {
    try {
      signal.throwIfAborted();
      return await this.pool.request({
        path: encoded,
        ...(query && { query }),
        method: "GET",
        headers: { ...this.options.headers, ...headers },
        signal,
      });
    } catch (cause) {
      if (signal.aborted || isTimeout(cause))
        throw this.failure({ kind: "timeout", message: "no answer in time", cause });
      throw this.failure({ kind: "unavailable", message: "no connection, or it broke off before an answer", cause });
    }
  }

  private refusal(status: number, headers: Dispatcher.ResponseData["headers"]): ProviderError {
    const message = `expected a success, got status ${status}`;
    if (status === 401 || status === 403 || status === 406) {
      return this.failure({
        kind: "unavailable",
        message: `${message}: our key or version is refused`,
        status,
        oursToFix: true,
      });
    }
    if (status !== 429 && status < 500) return this.failure({ kind: "malformed", message, status });
    return this.failure({
      kind: "unavailable",
      message,
      status,
      retryAfterSeconds: retryAfterSeconds(headers, Date.now()),
    });
  }

  private usableJson(status: number, headers: Dispatcher.ResponseData["headers"], text: string): object {
    const json = isHtml(headers, text) || !claimsJson(headers) ? undefined : parseJson(text);
    if (!isJsonObject(json)) {
      throw this.failure({ kind: "malformed", message: `expected a JSON object, got ${describeJson(json)}`, status });
    }
    return json;
  }

  /** The error for an answer of this provider's that can't be used; `message` says what was expected and what came. */
  malformed(message: string): ProviderError {
    return this.failure({ kind: "malformed", message });
  }

  private failure(failure: Omit<ProviderFailure, "provider">): ProviderError {
    return new ProviderError({ provider: this.provider, ...failure });
  }
}

function outcomeOf(status: number): CallOutcome {
  if (status < 300) return "ok";
  if (status === 404) return "not-found";
  if (status === 429) return "rate-limited";
  if (status >= 500) return "unavailable";
  return status === 401 || status === 403 || status === 406 ? "refused-credentials" : "rejected";
}

function isTimeout(error: unknown): boolean {
  return hasCode(error, "UND_ERR_HEADERS_TIMEOUT") || hasCode(error, "UND_ERR_BODY_TIMEOUT");
}

function isTooLarge(error: unknown): boolean {
  return hasCode(error, "UND_ERR_RES_EXCEEDED_MAX_SIZE");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
