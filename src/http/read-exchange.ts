import { Pool } from "undici";
import { type AnswerHead, AnswerListener, type Heard, type HeardInPart } from "./answer-listener.ts";
import { BodyTooLarge, NotUnpackable } from "./body.ts";
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
  async send({ path, query, headers }: ReadRequest, deadline: Deadline): Promise<ReadAnswer & { status?: number }> {
    const listener = new AnswerListener(this.options.maxBodyBytes);
    // undici lets nothing break off a read that still waits for its connection, so whoever listens does.
    const forget = deadline.whenPassed(() => listener.giveUp());
    this.pool.dispatch({ path: path.encoded, method: "GET", headers, ...(query && { query }) }, listener);
    const heard = await listener.heard;
    forget();
    return judge(heard);
  }

  /** Waits for reads in progress, then closes the connections. */
  async close(): Promise<void> {
    await this.pool.close();
  }
}

function judge(heard: Heard): ReadAnswer & { status?: number } {
  const answer =
    "text" in heard ? judgeReadAnswer(heard.head.status, heard.head.headers, heard.text) : judgeBroken(heard);
  return heard.head ? { ...answer, status: heard.head.status } : answer;
}

function judgeBroken({ head, cause, isLate, isSent }: HeardInPart): ReadAnswer {
  if (head) return judgeWithoutBody(cause, head, isLate || isTimeout(cause));
  if (isLate && !isSent) return timeout("no connection in time");
  if (isLate || isTimeout(cause)) return timeout("no answer in time", cause);
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
