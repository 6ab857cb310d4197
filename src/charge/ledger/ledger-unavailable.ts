import { CodedError } from "../../graphql/errors.ts";

/** The ledger could not be read, or not be written. */
export class LedgerUnavailableError extends CodedError {
  /** @param told what the client is told beside it, a sentence. */
  constructor(cause: unknown, told?: string) {
    super("LEDGER_UNAVAILABLE", ["The ledger is not available at the moment.", told].filter(Boolean).join(" "), {
      message: "ledger: expected the database to answer, it did not",
      cause,
    });
  }

  /** For a paid field, of which nothing was sent. Another field of the same request may have been charged. */
  static nothingSent(cause: unknown): LedgerUnavailableError {
    return new LedgerUnavailableError(cause, "Nothing was charged by this field.");
  }
}

/** @throws LedgerUnavailableError for whatever goes wrong in `work`, which does nothing but ask the database. */
export async function reachingLedger<Result>(
  work: () => Promise<Result>,
  toError = (cause: unknown) => new LedgerUnavailableError(cause),
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw toError(cause);
  }
}
