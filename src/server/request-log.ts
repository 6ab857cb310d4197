import type { FastifyBaseLogger } from "fastify";

export interface AnsweredRequest {
  /** Where the log does not say it of itself. */
  requestId?: string;
  method: string;
  route: string | undefined;
  status: number;
  /** From its arrival to its answer's end. */
  ms: number;
}

/** The one line for each request. */
export function logRequest(log: FastifyBaseLogger, { ms, ...facts }: AnsweredRequest): void {
  log.info({ ...facts, ms: Math.round(ms) }, "request");
}
