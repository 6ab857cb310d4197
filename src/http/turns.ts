import { AnswerTimes } from "./answer-times.ts";
import type { Deadline } from "./deadline.ts";
import { nextSlot, type RateLimit, roomToAnswerMs, type SlotTime } from "./rate-limit.ts";
import type { Urgency } from "./urgency.ts";
import { WaitingLine } from "./waiting-line.ts";

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
  /**
   * Gives the turn to whoever is next. Once is enough, more does no harm. How a read ended that was answered or cut off by
   * its deadline tells how much time the next ones need.
   */
  end(how?: "answered" | "cut-off"): void;
}

/** Who asks for a turn. A paid call may keep it for longer than any read; there are reads as urgent as one. */
export interface Asking {
  urgency: Urgency;
  isPaidCall: boolean;
}

// Sent with less time than this, a call would look like one that the provider did not answer.
const shortestCallMs = 10;

// However slow a provider has become, this part of its deadline is left to a read to wait in: a slow spell passes.
const mostRoom = 0.75;

interface Waiter extends Asking {
  deadline: Deadline;
  go(slot: SlotTime | null): void;
  giveUp(why: NoRoom): void;
}

/**
 * A provider's bulkhead: how many calls may be on their way at once and, where the provider limits its rate, how they are
 * spaced. One line for both, so that whatever is most urgent when a place is free takes it; within an urgency it is
 * first come, first served. Paid calls have at most half of the places, rounded up: each of them that hangs keeps its own for
 * longer than any read may wait. A read for which the time that is left is too short, as this provider answers of late, is
 * not sent: it would take a place from one that can still be answered.
 */
export class Turns {
  private free: number;
  private freeForPaidCalls: number;
  private readonly line = new WaitingLine<Waiter>(({ isPaidCall }) => !isPaidCall || this.freeForPaidCalls > 0);
  private readonly times = new AnswerTimes();
  private pacing = false;

  constructor(
    atOnce: number,
    private readonly rate?: RateLimit,
  ) {
    this.free = atOnce;
    this.freeForPaidCalls = Math.ceil(atOnce / 2);
  }

  /**
   * Waits for a turn.
   *
   * @throws NoRoom at once where the rate limit leaves no room within the deadline, else when the deadline has passed.
   */
  async take(urgency: Urgency, deadline: Deadline, isPaidCall = false): Promise<Turn> {
    const roomMs = Math.max(roomToAnswerMs(deadline), this.roomMs({ urgency, deadline }));
    if (this.rate && !(await this.rate.admit(urgency, deadline.leftMs - roomMs))) throw new NoRoom("rate");
    if (deadline.leftMs === 0) throw new NoRoom("turn");
    const slot = await this.standInLine({ urgency, isPaidCall }, deadline);
    return this.turnFor(slot, isPaidCall);
  }

  private standInLine({ urgency, isPaidCall }: Asking, deadline: Deadline): Promise<SlotTime | null> {
    const { promise, resolve, reject } = Promise.withResolvers<SlotTime | null>();
    let forget: (() => void) | undefined;
    const waiter: Waiter = {
      urgency,
      isPaidCall,
      deadline,
      go: (slot) => {
        forget?.();
        resolve(slot);
      },
      giveUp: (why) => {
        forget?.();
        reject(why);
      },
    };
    this.line.join(waiter);
    this.callNext();
    // Whoever still stands there is the last. Most have gone by now, and have nothing to wait for.
    if (this.line.endsWith(waiter)) {
      forget = deadline.whenPassed(() => {
        this.line.leave(waiter);
        reject(new NoRoom("turn"));
      });
    }
    return promise;
  }

  private turnFor(slot: SlotTime | null, isPaidCall: boolean): Turn {
    const beganMs = performance.now();
    let ended = false;
    let current = slot;
    return {
      renew: async () => {
        if (!this.rate || !current?.isPast()) return;
        current = await nextSlot(this.rate, () => ({ urgency: "paid", more: this.line.has("paid") }));
      },
      end: (how) => {
        if (ended) return;
        ended = true;
        if (how) this.times.note(how, performance.now() - beganMs);
        this.free++;
        if (isPaidCall) this.freeForPaidCalls++;
        this.callNext();
      },
    };
  }

  private callNext(): void {
    if (this.rate) return void this.callAtItsPace(this.rate);
    while (this.free > 0 && this.line.next()) this.send(null);
  }

  private async callAtItsPace(rate: RateLimit): Promise<void> {
    if (this.pacing) return;
    this.pacing = true;
    try {
      while (this.free > 0 && this.line.next()) {
        const slot = await nextSlot(rate, () => this.line.describe());
        this.send(slot);
        this.turnAwayHopeless(rate.spacingMs);
      }
    } finally {
      this.pacing = false;
    }
  }

  // Whoever waited may have gone meanwhile; then the slot is nobody's.
  private send(slot: SlotTime | null): void {
    for (let next = this.line.next(); next; next = this.line.next()) {
      this.line.leave(next);
      if (next.deadline.leftMs >= this.roomMs(next)) {
        this.free--;
        if (next.isPaidCall) this.freeForPaidCalls--;
        next.go(slot);
        return;
      }
      next.giveUp(new NoRoom("turn"));
    }
  }

  // What is as urgent as a paid call stands first and waits little, and the breaker's own read has to be tried.
  private roomMs({ urgency, deadline }: { urgency: Urgency; deadline: Deadline }): number {
    if (urgency === "paid") return shortestCallMs;
    return Math.max(shortestCallMs, Math.min(this.times.roomMs, deadline.withinMs * mostRoom));
  }

  // Paid calls that came later go first, and what they push past its deadline should hear of it now.
  private turnAwayHopeless(spacingMs: number): void {
    this.line.keep((waiter, ahead) => {
      if (ahead * spacingMs <= waiter.deadline.leftMs) return true;
      waiter.giveUp(new NoRoom("rate"));
      return false;
    });
  }
}
