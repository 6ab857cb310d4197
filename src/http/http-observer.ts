/** How one provider call ended, as metrics and traces name it. */
export type CallOutcome =
  | "ok"
  | "not-found"
  | "rejected"
  | "rate-limited"
  | "unavailable"
  | "refused-credentials"
  | "timeout"
  | "malformed"
  | "no-answer"
  | "not-sent";

/** One provider call about to be sent. */
export interface ObservedCall {
  provider: string;
  method: string;
  /** The endpoint's template, such as `/verification-requests/{id}/`: it never holds an id. */
  endpoint: string;
  paid: boolean;
  /** 1 for the first; reads are tried again, paid calls never. */
  attempt: number;
}

export interface CallWatch {
  /** Sent along with the call, such as W3C trace context. */
  headers: Record<string, string>;
  end(outcome: CallOutcome, status?: number): void;
}

export type BreakerState = "closed" | "open" | "half-open";

/** What of a provider's HTTP is told to whoever counts. No id, no input and no word of a provider's ever reaches it. */
export interface HttpObserver {
  begin(call: ObservedCall): CallWatch;
  /** A read is about to be tried again. */
  retried(provider: string): void;
  breakerMoved(provider: string, state: BreakerState): void;
  /** An answer was odd, usable or not: `kind` such as "missing-id", "unknown-enum-value", "html", "truncated-json". */
  oddAnswer(provider: string, kind: string): void;
  /** A call could not be sent in its time: `why` is "rate" (the provider's limit) or "turn" (our calls at once). */
  crowdedOut(provider: string, why: "rate" | "turn"): void;
}

/** Where nobody counts. */
export const nobodyWatches: HttpObserver = {
  begin: () => ({ headers: {}, end: () => {} }),
  retried: () => {},
  breakerMoved: () => {},
  oddAnswer: () => {},
  crowdedOut: () => {},
};
