import type { FastifyBaseLogger } from "fastify";
import type { Charge, ChargeState } from "../charge/charge.ts";
import type { ChargeStore } from "../charge/store/charge-store.ts";
import { contendingClaims, findFitting, isSamePerson, type TimeWindow, windowOf } from "./evidence-match.ts";
import { EvidenceReads } from "./evidence-reads.ts";
import type { TrueworkClient } from "./truework.client.ts";
import type { Verification } from "./verification.type.ts";

export interface EvidenceSearchOptions {
  charges: ChargeStore;
  truework: Pick<TrueworkClient, "findVerification" | "listVerifications">;
  /** How long after its claim a paid call may have been on its way, in milliseconds. */
  abandonMs: number;
  log: FastifyBaseLogger;
}

const minuteMs = 60_000;
const lookAfterMs = [1, 10, 60].map((minutes) => minutes * minuteMs);
// More open charges at once than are looked through say that nothing is certain.
const maxCharges = 1_000;
const operation = "REVERIFY_VERIFICATION";

/**
 * Looks in Truework's list for a verification that an unknown reverification bought. It can prove that something was
 * charged, never that it was not; and only where exactly one verification that nobody owns and exactly one charge fit each
 * other. The list tells no parent, so what fits is the person, the type and the time; and it has to have been read whole.
 *
 * One round at a time, and a round reads each thing once: a thousand open charges make no storm.
 */
export class EvidenceSearch {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly due = new Set<string>();
  private rounds: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: EvidenceSearchOptions) {}

  /** Looks one, ten and sixty minutes from now. */
  lookForLater({ id, operation: paidFor }: Pick<Charge, "id" | "operation">): void {
    if (paidFor !== operation || this.stopped) return;
    for (const ms of lookAfterMs) {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        void this.lookFor(id);
      }, ms).unref();
      this.timers.add(timer);
    }
  }

  /** Takes up the search for charges that an earlier process left open. */
  async resume(): Promise<void> {
    // One that runs into its lease's end between the two reads is seen twice, never missed.
    const inProgress = await this.findCharges("IN_PROGRESS");
    const open = [...inProgress, ...(await this.findCharges("UNKNOWN"))];
    for (const charge of new Map(open.map((charge) => [charge.id, charge])).values()) this.lookForLater(charge);
  }

  /** Settles the charge if there is evidence. Never throws: a search that fails is a search that found nothing. */
  lookFor(chargeId: string): Promise<void> {
    this.due.add(chargeId);
    this.rounds = this.rounds.then(() => this.lookForWhatIsDue());
    return this.rounds;
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private async lookForWhatIsDue(): Promise<void> {
    const reads = new EvidenceReads(this.options.truework);
    const ids = [...this.due];
    this.due.clear();
    for (const id of ids) if (!this.stopped) await this.settleIfProven(id, reads);
  }

  private async settleIfProven(chargeId: string, reads: EvidenceReads): Promise<void> {
    const { charges, log } = this.options;
    try {
      const charge = await charges.findById(chargeId);
      if (charge?.state !== "UNKNOWN" || charge.verdictBy !== null) return;
      const found = await this.findProof(charge, reads);
      if (!found) return log.info({ chargeId }, "evidence: none that is certain");

      await charges.recordVerdict(chargeId, {
        by: "EVIDENCE",
        state: "CHARGED",
        settledBy: "evidence",
        resultId: found.id,
        price: found.price,
      });
      log.warn({ chargeId, resultId: found.id }, "evidence: the provider lists what this charge bought");
    } catch (error) {
      log.warn({ err: error, chargeId }, "evidence: the search failed");
    }
  }

  // In this order: whoever bought something in the list was claimed before the list was read, so it is still open when
  // the open ones are read after it, or owns its id when the owners are read last.
  private async findProof(charge: Charge, reads: EvidenceReads): Promise<Verification | null> {
    const { charges, abandonMs } = this.options;
    const original = await reads.find(charge.target);
    const listed = original && (await reads.list());
    if (!listed) return null;

    const window = windowOf(await charges.lastClaimedAt(charge.id), abandonMs);
    const candidates = findFitting(listed, original, window);
    if (candidates.length === 0 || (await this.isContested(charge, { original, window, reads }))) return null;

    const ids = candidates.map(({ id }) => id);
    const owned = await charges.findOwned("TRUEWORK", ids);
    const [only, ...others] = candidates.filter(({ id }) => !owned.has(id));
    return others.length === 0 ? (only ?? null) : null;
  }

  // Another charge about the same person could have bought the same verification. One whose own verification is gone may
  // be about anybody.
  private async isContested(
    charge: Charge,
    { original, window, reads }: { original: Verification; window: TimeWindow; reads: EvidenceReads },
  ): Promise<boolean> {
    const contenders = await this.findContenders(window);
    if (contenders === null) return true;
    for (const { id, target } of contenders) {
      if (id === charge.id) continue;
      const about = target === original.id ? original : await reads.find(target);
      if (!about || isSamePerson(about, original)) return true;
    }
    return false;
  }

  /** Those that are open, and those that were charged without anybody having learned for what; null where there are too many. */
  private async findContenders(window: TimeWindow): Promise<Charge[] | null> {
    const claimed = contendingClaims(window);
    // As a charge moves on: one that is settled meanwhile is seen twice, never missed.
    const found = [
      await this.findCharges("IN_PROGRESS", claimed),
      await this.findCharges("UNKNOWN", claimed),
      await this.findCharges("CHARGED", claimed),
    ];
    return found.some(({ length }) => length === maxCharges) ? null : found.flat();
  }

  private findCharges(state: ChargeState, claimed?: TimeWindow): Promise<Charge[]> {
    const withResult = state === "CHARGED" ? false : undefined;
    return this.options.charges.list({ operation, state, claimed, withResult }, maxCharges);
  }
}
