import { CodedError } from "../graphql/errors.ts";

/** The ledger could not be read, or did not acknowledge a claim. Nothing was sent; it never means anything else. */
export class LedgerUnavailableError extends CodedError {
  constructor(cause: unknown) {
    super("LEDGER_UNAVAILABLE", "The ledger is not available at the moment. Nothing was charged by this request.", {
      message: "ledger: expected the database to answer, it did not",
      cause,
    });
  }
}

/** @throws LedgerUnavailableError for whatever goes wrong in `work`, which does nothing but ask the database. */
export async function reachingLedger<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new LedgerUnavailableError(cause);
  }
}
