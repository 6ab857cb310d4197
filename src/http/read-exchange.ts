import { type Dispatcher, Pool } from "undici";
import { BodyTooLarge, NotUnpackable, readText } from "./body.ts";
import type { Deadline } from "./deadline.ts";
import { judgeReadAnswer, judgeStatus, type ReadAnswer, type ReadRefusal } from "./read-answer.ts";
import type { RequestPath } from "./request-path.ts";

export interface ReadLineOptions {
  baseUrl: string;
  connections: number;
  connectTimeoutMs: number;
  headersTimeoutMs: number;
  bodyTimeoutMs: number;
  maxBodyBytes: number;
}

export interface ReadRequest {
  path: RequestPath;
  query?: Record<string, string> | undefined;
  headers: Record<string, string>;
}

/** The pool of connections that a provider's reads share. It calls the configured origin only and follows no redirect. */
export class ReadLine {
  private readonly pool: Pool;

  constructor(private readonly options: ReadLineOptions) {
    this.pool = new Pool(options.baseUrl, {
      connections: options.connections,
      pipelining: 1,
      allowH2: false,
      // Said outright, for the environment can turn the check off for everybody who says nothing.
      connect: { timeout: options.connectTimeoutMs, rejectUnauthorized: true },
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.bodyTimeoutMs,
    });
  }

  /** Sends a read once. What became of it, and of its status where there was one, is the answer; it never throws. */
  send(request: ReadRequest, { signal }: Deadline): Promise<ReadAnswer & { status?: number }> {
    // undici lets no signal break off a read that still waits for its connection, so the deadline is kept here too. One in
    // progress is given the moment to say itself what it was waiting for.
    const { promise: tooLate, resolve } = Promise.withResolvers<ReadRefusal>();
    const giveUp = () => setImmediate(() => resolve(timeout("no connection in time")));
    signal.addEventListener("abort", giveUp, { once: true });
    return Promise.race([this.exchange(request, signal), tooLate]).finally(() =>
      signal.removeEventListener("abort", giveUp),
    );
  }

  /** Waits for reads in progress, then closes the connections. */
  async close(): Promise<void> {
    await this.pool.close();
  }

  private async exchange({ path, query, headers }: ReadRequest, signal: AbortSignal) {
    let head: AnswerHead | undefined;
    try {
      signal.throwIfAborted();
      const request = { path: path.encoded, method: "GET", headers, signal, ...(query && { query }) } as const;
      const response = await this.pool.request(request);
      head = { status: response.statusCode, headers: response.headers };
      const text = await readText(response, this.options.maxBodyBytes);
      return { ...judgeReadAnswer(head.status, head.headers, text), status: head.status };
    } catch (cause) {
      if (!head) return signal.aborted || isTimeout(cause) ? timeout("no answer in time", cause) : noAnswer(cause);
      return { ...judgeWithoutBody(cause, head, signal.aborted || isTimeout(cause)), status: head.status };
    }
  }
}

interface AnswerHead {
  status: number;
  headers: Dispatcher.ResponseData["headers"];
}

function noAnswer(cause: unknown): ReadRefusal {
  const message = "no connection, or it broke off before an answer";
  return { outcome: "no-answer", failure: { kind: "unavailable", message, cause } };
}

// What the status tells does not depend on the body: 503 is no better for breaking off.
function judgeWithoutBody(cause: unknown, { status, headers }: AnswerHead, late: boolean): ReadAnswer {
  const odd = late ? undefined : nameOddity(cause);
  const told = judgeStatus(status, headers);
  if (told) return odd && "failure" in told ? { odd, ...told } : told;
  if (late) return timeout("its answer came too slowly", cause);
  if (odd === "broken-off") {
    const failure = { kind: "unavailable", message: "its answer broke off", status, cause } as const;
    return { outcome: "no-answer", failure, odd };
  }
  const message = cause instanceof Error ? cause.message : "its answer can't be read";
  return { outcome: "malformed", failure: { kind: "malformed", message, status, cause }, ...(odd && { odd }) };
}

function nameOddity(cause: unknown): string {
  if (cause instanceof BodyTooLarge) return "too-large";
  return cause instanceof NotUnpackable ? "not-unpackable" : "broken-off";
}

function timeout(message: string, cause?: unknown): ReadRefusal {
  return { outcome: "timeout", failure: { kind: "timeout", message, cause } };
}

function isTimeout(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
}
