import { within } from "../../timing.ts";
import type { Charge } from "../charge.ts";
import type { Asker, Spent } from "./spending.ts";

/** A spending on its way in this process, and how those who ask for it wait. */
export class Flight {
  /** As soon as it is claimed. */
  charge: Charge | null = null;
  /** Somebody has been told that nothing was charged: from then on it must not be claimed. */
  saidNotBegun = false;
  /** Settled once the answer is on record, which may be later than its result. */
  recorded: Promise<void> = Promise.resolve();
  // What the ledger is being asked at the moment: whether the key is known, or to claim it.
  private asking: Promise<unknown> | null = null;
  readonly result: Promise<Spent<unknown>>;

  constructor(
    readonly fingerprint: string,
    /** Whoever asked first. */
    readonly asker: Asker,
    fly: (flight: Flight) => Promise<Spent<unknown>>,
  ) {
    this.result = fly(this);
  }

  /** Asks the ledger something that nobody may be answered without. */
  async ask<Answer>(question: Promise<Answer>): Promise<Answer> {
    this.asking = question;
    try {
      return await question;
    } finally {
      this.asking = null;
    }
  }

  /** Waits for the result for so many milliseconds; then says how far it has come. */
  async waitFor(ms: number): Promise<Spent<unknown>> {
    const outOfTime = Symbol("out of time");
    let result = await within(this.result, ms, outOfTime);
    // What the ledger is about to say is waited for even so: "nothing was charged" must not be said of a key that it
    // knows, nor of one that is being claimed.
    while (typeof result === "symbol" && this.asking) {
      await this.asking.catch(() => undefined);
      result = await within(this.result, 0, outOfTime);
    }
    if (typeof result !== "symbol") return result;
    if (this.charge) return { kind: "in-progress", charge: this.charge };
    // Another asker may have more time, and may not claim it now either.
    this.saidNotBegun = true;
    return { kind: "not-begun" };
  }

  /** Waits until it is over and its answer on record. */
  async landed(): Promise<void> {
    await this.result.catch(() => undefined);
    await this.recorded;
  }
}
