import { type LedgerObserver, nobodyKeepsCount } from "../ledger-observer.ts";
import { ChargeQueries } from "./charge-queries.ts";
import { type Claim, type ClaimResult, claimKey } from "./claims.ts";
import type { LedgerDatabase } from "./open-ledger.ts";
import { type AnswerEffect, recordAnswer, recordVerdict, type Verdict } from "./verdicts.ts";

/**
 * The ledger's tables, read and written: what a statement does is here, what may be done is in ledger.ts. Every method
 * throws what the database throws.
 */
export class ChargeStore extends ChargeQueries {
  constructor(
    database: LedgerDatabase,
    private readonly observer: LedgerObserver = nobodyKeepsCount,
  ) {
    super(database);
  }

  /** Claims a key that is new or freed. Once this returns, it is on disk. */
  async claim(
    claim: Claim & { id: string },
    options: { leaseMs: number; dailyLimit: number | undefined },
  ): Promise<ClaimResult> {
    const result = await claimKey(this.database, claim, options);
    if (result.kind === "claimed") this.observer.claimed(claim.operation);
    return result;
  }

  /**
   * Records the provider's answer to one attempt, or that there is none; `everUnknown` says that its asker was told so.
   *
   * @returns null if that attempt's answer is on record already.
   * @throws ResultTakenError
   */
  async recordAnswer(
    id: string,
    attempt: number,
    verdict: Verdict & { by: "ANSWER" },
    options?: { everUnknown?: boolean | undefined },
  ): Promise<AnswerEffect | null> {
    const recorded = await recordAnswer(this.database, id, attempt, verdict, options);
    if (recorded) this.observer.settled(recorded.charge.operation, verdict.state, verdict.by);
    return recorded;
  }

  /**
   * Records a verdict that does not come from the sender.
   *
   * @returns the charge as it is then; unchanged, with `settled` false, where no such verdict may be given.
   * @throws ResultTakenError
   */
  async recordVerdict(id: string, verdict: Verdict & { by: "EVIDENCE" | "OPERATOR" }) {
    const recorded = await recordVerdict(this.database, id, verdict);
    if (recorded?.settled) this.observer.settled(recorded.charge.operation, verdict.state, verdict.by);
    return recorded;
  }

  async close(): Promise<void> {
    await this.database.db.destroy();
  }
}
