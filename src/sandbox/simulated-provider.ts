import type { IncomingHttpHeaders } from "node:http";
import type { ChargeLog } from "./charge-log.ts";
import type { Answer } from "./http/answer.ts";
import type { Route } from "./http/route.ts";

/** What is a provider's own: its endpoints, its key, its way of refusing. All three share the rest. */
export interface SimulatedProvider {
  /** Clearly no real key. */
  apiKey: string;
  routes: readonly Route[];
  /** How it turns away a caller with a wrong key or version; null lets the caller in. */
  turnAway(headers: IncomingHttpHeaders): Answer | null;
  /** Its error body for a status. */
  problem(status: number, message: string): Answer;
  /** Makes the data as it was at the start, with fresh dates. */
  forget(): void;
}

export interface SimulationDeps {
  /** Milliseconds since the epoch. */
  clock: () => number;
  charges: ChargeLog;
  /** Unlike any other sandbox's, so that ids made after a restart are new. Eight hex digits. */
  runId: string;
}
