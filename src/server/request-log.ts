import type { FastifyBaseLogger } from "fastify";

/** What the line for a request says, and no other one. */
export const requestMessage = "request";

/** What the log says of each request that was answered. */
export interface AnsweredRequest {
  requestId: string;
  method: string;
  route: string;
  status: number;
  /** From its arrival to its answer, in whole milliseconds. */
  ms: number;
}

/** A log with a short way for the one line that there is for each request. */
export type ServiceLog = FastifyBaseLogger & { answered(request: AnsweredRequest): void };
