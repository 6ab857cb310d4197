/**
 * How a provider failed us on a read.
 * - `unavailable`: 429, 5xx, no connection, or our own credentials refused.
 * - `timeout`: no complete answer before the deadline.
 * - `malformed`: an answer that can't be used.
 */
export type ProviderFailureKind = "unavailable" | "timeout" | "malformed";

export interface ProviderFailure {
  provider: string;
  kind: ProviderFailureKind;
  /** What was expected and what came, in our words; never the provider's. */
  message: string;
  status?: number | undefined;
  retryAfterSeconds?: number | undefined;
  /** True where an operator has to act: our key, our permissions or our API version is refused. */
  oursToFix?: boolean | undefined;
  cause?: unknown;
}

/** A read that a provider did not answer usefully. Its message is safe to log: it holds no provider text, URL or key. */
export class ProviderError extends Error {
  readonly provider: string;
  readonly kind: ProviderFailureKind;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly oursToFix: boolean;

  constructor({ provider, kind, message, status, retryAfterSeconds, oursToFix = false, cause }: ProviderFailure) {
    super(`${provider.toLowerCase()}: ${message}`, { cause });
    this.name = "ProviderError";
    this.provider = provider;
    this.kind = kind;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.oursToFix = oursToFix;
  }
}

/** What `read` gives, or the ProviderError it throws, for where a failure to read must not undo what was charged. */
export function orProviderError<Value>(read: () => Value): Value | ProviderError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
