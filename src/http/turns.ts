import type { Deadline } from "./deadline.ts";
import { nextSlot, type RateLimit, roomToAnswerMs, type SlotTime } from "./rate-limit.ts";

/** How soon a call goes, most urgent first: what costs money, what somebody waits for, what can be looked up later. */
export const urgencies = ["paid", "read", "unhurried"] as const;
export type Urgency = (typeof urgencies)[number];

/** A call could not be sent within its deadline, for want of a turn or of room in the provider's rate limit. */
export class NoRoom extends Error {
  constructor(readonly why: "rate" | "turn") {
    super(why === "rate" ? "the provider's rate limit leaves no room within the deadline" : "no turn in time");
    this.name = "NoRoom";
  }
}

/** Leave to send one call. */
export interface Turn {
  /** Waits for another moment if the one it was given for has passed unused: calls held up together must not leave together. */
  renew(): Promise<void>;
  /** Gives the turn to whoever is next. Once is enough, more does no harm. */
  end(): void;
}

// Sent with less time than this, a call would look like one that the provider did not answer.
const shortestCallMs = 10;

interface Waiter {
  deadline: Deadline;
  go(slot: SlotTime | null): void;
  giveUp(why: NoRoom): void;
}

/**
 * A provider's bulkhead: how many calls may be on their way at once and, where the provider limits its rate, how they are
 * spaced. One line for both, so that whatever is most urgent when a place is free takes it; within an urgency it is
 * first come, first served.
 */
export class Turns {
  private free: number;
  private readonly line: Record<Urgency, Waiter[]> = { paid: [], read: [], unhurried: [] };
  private pacing = false;

  constructor(
    atOnce: number,
    private readonly rate?: RateLimit,
  ) {
    this.free = atOnce;
  }

  /**
   * Waits for a turn.
   *
   * @throws NoRoom at once where the rate limit leaves no room within the deadline, else when the deadline has passed.
   */
  async take(urgency: Urgency, deadline: Deadline): Promise<Turn> {
    if (this.rate && !(await this.rate.admit(urgency, deadline.leftMs - roomToAnswerMs(deadline)))) {
      throw new NoRoom("rate");
    }
    if (deadline.signal.aborted) throw new NoRoom("turn");
    const slot = await this.standInLine(urgency, deadline);
    return this.turnFor(slot);
  }

  private standInLine(urgency: Urgency, deadline: Deadline): Promise<SlotTime | null> {
    const { promise, resolve, reject } = Promise.withResolvers<SlotTime | null>();
    const leave = () => {
      this.line[urgency] = this.line[urgency].filter((other) => other !== waiter);
      reject(new NoRoom("turn"));
    };
    const waiter: Waiter = {
      deadline,
      go: (slot) => {
        deadline.signal.removeEventListener("abort", leave);
        resolve(slot);
      },
      giveUp: (why) => {
        deadline.signal.removeEventListener("abort", leave);
        reject(why);
      },
    };
    deadline.signal.addEventListener("abort", leave, { once: true });
    this.line[urgency].push(waiter);
    this.callNext();
    return promise;
  }

  private turnFor(slot: SlotTime | null): Turn {
    let ended = false;
    let current = slot;
    return {
      renew: async () => {
        if (!this.rate || !current?.isPast()) return;
        current = await nextSlot(this.rate, () => ({ urgency: "paid", more: this.line.paid.length > 0 }));
      },
      end: () => {
        if (ended) return;
        ended = true;
        this.free++;
        this.callNext();
      },
    };
  }

  private callNext(): void {
    if (this.rate) return void this.callAtItsPace(this.rate);
    while (this.free > 0 && this.mostUrgent()) this.send(null);
  }

  private async callAtItsPace(rate: RateLimit): Promise<void> {
    if (this.pacing) return;
    this.pacing = true;
    try {
      while (this.free > 0 && this.mostUrgent()) {
        const slot = await nextSlot(rate, () => this.describeLine());
        this.send(slot);
        this.turnAwayHopeless(rate.spacingMs);
      }
    } finally {
      this.pacing = false;
    }
  }

  // Whoever waited may have gone meanwhile; then the slot is nobody's.
  private send(slot: SlotTime | null): void {
    for (let urgency = this.mostUrgent(); urgency; urgency = this.mostUrgent()) {
      const next = this.line[urgency].shift();
      if (next && next.deadline.leftMs >= shortestCallMs) {
        this.free--;
        next.go(slot);
        return;
      }
      next?.giveUp(new NoRoom("turn"));
    }
  }

  // Paid calls that came later go first, and what they push past its deadline should hear of it now.
  private turnAwayHopeless(spacingMs: number): void {
    let ahead = 0;
    for (const urgency of urgencies) {
      this.line[urgency] = this.line[urgency].filter((waiter) => {
        if (ahead * spacingMs <= waiter.deadline.leftMs) return ++ahead > 0;
        waiter.giveUp(new NoRoom("rate"));
        return false;
      });
    }
  }

  private mostUrgent(): Urgency | undefined {
    return urgencies.find((urgency) => this.line[urgency].length > 0);
  }

  private describeLine(): { urgency: Urgency; more: boolean } {
    const urgency = this.mostUrgent() ?? "unhurried";
    return { urgency, more: this.line[urgency].length > 1 };
  }
}
