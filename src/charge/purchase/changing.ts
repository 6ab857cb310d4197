import type { PaidOutcome } from "../../http/paid-outcome.ts";

/**
 * A paid call that may change an entity, between two times of forgetting it. Before, in case this process ends in the
 * middle: then no instance keeps what was read earlier. After, whatever came of the call, for a copy may have been read
 * while it was on its way. The answer does not wait for that: it has to get on record.
 * The end of the process does, though.
 */
export async function changing(forget: () => Promise<void>, send: () => Promise<PaidOutcome>): Promise<PaidOutcome> {
  await forget();
  try {
    return await send();
  } finally {
    void forget();
  }
}
