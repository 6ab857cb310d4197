import type { IncomingHttpHeaders } from "node:http";

/** `none` where it was refused before its operation was known. */
export type OperationType = "query" | "mutation" | "none";

/**
 * How one request ended, as metrics and traces name it.
 * - `ok`: answered without an error
 * - `partial`: answered, with errors beside what could be answered
 * - `refused`: the client's own doing, with a status of 4xx
 * - `failed`: nothing could be answered
 * - `aborted`: the client left before its answer
 */
export type RequestOutcome = "ok" | "partial" | "refused" | "failed" | "aborted";

/** One request on its way. No id, no input and no name a client chose ever reaches it. */
export interface RequestWatch {
  /** Does the work of the request; calls made in it belong to it. */
  run<Result>(headers: IncomingHttpHeaders, work: () => Result): Result;
  /** Its operation is valid, and about to be executed. */
  resolved(type: Exclude<OperationType, "none">): void;
  /** What it is answered with: the codes of its errors, and whether there is anything beside them. */
  answered(codes: readonly unknown[], hasData: boolean): void;
  end(reply: { status: number; complete: boolean }): void;
}

/** Whoever counts requests for GraphQL. */
export interface RequestObserver {
  begin(): RequestWatch;
}
