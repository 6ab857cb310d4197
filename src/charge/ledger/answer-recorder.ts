import type { FastifyBaseLogger } from "fastify";
import { pause } from "../../timing.ts";
import type { Charge } from "../charge.ts";
import type { ChargeStore } from "../store/charge-store.ts";
import { ResultTakenError } from "../store/result-holder.ts";
import type { Verdict } from "../store/verdicts.ts";

/** What the sender itself learned of its own attempt. */
export type AnswerVerdict = Verdict & {
  by: "ANSWER";
  /** An operator has to act: our key, version or use of the endpoint is refused. */
  oursToFix?: boolean | undefined;
  /** Its asker has been told that its outcome is unknown. */
  everUnknown?: boolean | undefined;
};

export interface AnswerOnRecord {
  charge: Charge;
  /** Settled once the answer is on record. That may be later, if the database is away; it never fails. */
  onRecord: Promise<void>;
}

const retryAfterMs = [100, 300, 1_000, 3_000, 5_000];

/** Puts the answers of paid calls on record, whatever the database does meanwhile. */
export class AnswerRecorder {
  constructor(
    private readonly store: ChargeStore,
    private readonly now: () => number,
  ) {}

  /**
   * Records an answer. It is logged before anything else can go wrong, for with the database away the log is the only
   * record; then the charge is told as the answer leaves it, and recording is tried again as long as the process lives.
   */
  async record(charge: Charge, verdict: AnswerVerdict, log: FastifyBaseLogger): Promise<AnswerOnRecord> {
    logAnswer(charge, verdict, log);
    try {
      return { charge: await this.write(charge, verdict, log), onRecord: Promise.resolve() };
    } catch (error) {
      const { id: chargeId, attempt } = charge;
      log.error({ err: error, chargeId, attempt }, "ledger: an answer could not be recorded, trying again");
      return { charge: this.asRecorded(charge, verdict), onRecord: this.keepTrying(charge, verdict, log) };
    }
  }

  /**
   * Frees a new charge whose claim was not acknowledged but may be on disk. Nothing was sent under it. Tried for some
   * seconds; after that its lease turns it into UNKNOWN, which is safe too.
   */
  async releaseUnacknowledged(chargeId: string, log: FastifyBaseLogger): Promise<void> {
    const verdict = { by: "ANSWER", state: "NOT_CHARGED", reason: "the claim was not acknowledged" } as const;
    for (const ms of retryAfterMs) {
      await pause(ms);
      const released = await this.store.recordAnswer(chargeId, 1, verdict).catch(() => undefined);
      if (released) log.warn({ chargeId }, "ledger: freed a claim that was not acknowledged");
      if (released !== undefined) return;
    }
  }

  private async write(charge: Charge, verdict: AnswerVerdict, log: FastifyBaseLogger): Promise<Charge> {
    const { id: chargeId } = charge;
    const { state, resultId } = verdict;
    const written = await this.writeWithoutTaken(charge, verdict, log);
    if (written?.overruled)
      log.error({ chargeId, state, resultId }, "charge: the provider's answer overrules a verdict");
    if (written?.takenFrom) {
      const facts = { chargeId: written.takenFrom, resultId, boughtBy: chargeId };
      log.error(facts, "charge: the provider's answer to another charge overrules a verdict");
    }
    return written?.charge ?? this.asRecorded(charge, verdict);
  }

  private async writeWithoutTaken({ id, attempt }: Charge, verdict: AnswerVerdict, log: FastifyBaseLogger) {
    const { everUnknown } = verdict;
    const record = (told: AnswerVerdict) => this.store.recordAnswer(id, attempt, told, { everUnknown });
    // Where evidence takes the id between the look and the write, a second look sees that it has to give way.
    for (let look = 1; look <= 2; look++) {
      try {
        return await record(verdict);
      } catch (error) {
        if (!(error instanceof ResultTakenError)) throw error;
      }
    }
    log.error({ chargeId: id, resultId: verdict.resultId }, "charge: the provider's id is another charge's already");
    return record({ ...verdict, resultId: null, reason: "its id is another charge's" });
  }

  // The first failure is logged with its cause; saying it again every few seconds would bury that.
  private async keepTrying(charge: Charge, verdict: AnswerVerdict, log: FastifyBaseLogger): Promise<void> {
    for (let tries = 0; ; tries++) {
      await pause(retryAfterMs[tries] ?? retryAfterMs.at(-1) ?? 0);
      const written = await this.write(charge, verdict, log).catch(() => null);
      if (written) return log.info({ chargeId: charge.id }, "ledger: the answer is on record now");
    }
  }

  private asRecorded(charge: Charge, { state, resultId = null, price = null, everUnknown }: AnswerVerdict): Charge {
    const open = state === "UNKNOWN";
    const settledAt = open ? null : new Date(this.now()).toISOString();
    const freed = state === "NOT_CHARGED" && !everUnknown;
    return { ...charge, state, freed, resultId, price, settledAt, verdictBy: open ? null : "ANSWER" };
  }
}

function logAnswer(charge: Charge, verdict: AnswerVerdict, log: FastifyBaseLogger): void {
  const { state, status, resultId, reason, oursToFix } = verdict;
  const { id: chargeId, attempt, operation, provider } = charge;
  const facts = { chargeId, attempt, operation, provider, state, status, resultId, reason };
  if (state === "UNKNOWN") log.error(facts, "charge: its outcome is unknown");
  else if (oursToFix) log.error(facts, "charge: the provider refuses our key, version or use of its endpoint");
  else log.info(facts, "charge: answered");
}
