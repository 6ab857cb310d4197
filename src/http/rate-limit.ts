import type { Deadline } from "./deadline.ts";
import type { Urgency } from "./urgency.ts";

/** For whom a slot is asked: the most urgent that wait here, and whether there are more like them. */
export interface Waiting {
  urgency: Urgency;
  more: boolean;
}

/** A provider's limit on calls per second, kept by spacing them: docs/decisions/rate-limit.md. */
export interface RateLimit {
  /** Milliseconds between two slots. */
  readonly spacingMs: number;
  /** Whether one more can go within that many milliseconds. If so, it is counted as waiting from now on. */
  admit(urgency: Urgency, withinMs: number): Promise<boolean>;
  /** Takes the next slot, so many milliseconds from now; or takes none, and tells when to ask again. */
  reserve(waiting: Waiting): Promise<{ taken: boolean; inMs: number }>;
}

// Calls are delayed unevenly on their way. Spaced a fifth wider than the limit, eleven of ten per second are 1,200 ms
// apart, so that 200 ms of unevenness still leave no more than ten in any second.
const margin = 1.2;

/** How far apart calls go that keep a limit, in milliseconds. */
export function spacingFor(callsPerSecond: number): number {
  return (1_000 * margin) / callsPerSecond;
}

/** What a call needs between its slot and its deadline to be answered at all, in milliseconds. */
export function roomToAnswerMs({ leftMs }: Deadline): number {
  return Math.min(1_000, leftMs / 5);
}

/** The moment a slot was given for. */
export interface SlotTime {
  /** Whether it has passed unused for so long that using it now could crowd the ones after it. */
  isPast(): boolean;
}

/** Waits for a slot and, if the process is held up meanwhile, for another one. */
export async function nextSlot(rate: RateLimit, waiting: () => Waiting): Promise<SlotTime> {
  const toleranceMs = Math.max(rate.spacingMs / 2, 50);
  for (;;) {
    const { taken, inMs } = await rate.reserve(waiting());
    const atMs = performance.now() + inMs;
    if (inMs > 0) await sleep(inMs);
    const isPast = () => performance.now() - atMs > toleranceMs;
    if (taken && !isPast()) return { isPast };
  }
}

// Keeps the process alive, unlike a pause: a paid call may be waiting for it.
function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** The limit within one process. */
export class LocalRateLimit implements RateLimit {
  private nextAtMs = Number.NEGATIVE_INFINITY;
  /** When whoever was admitted so far will have gone. */
  private promisedMs = Number.NEGATIVE_INFINITY;

  constructor(readonly spacingMs: number) {}

  async admit(urgency: Urgency, withinMs: number): Promise<boolean> {
    const nowMs = performance.now();
    const nextAtMs = Math.max(nowMs, this.nextAtMs);
    const backlogMs = Math.max(nextAtMs, this.promisedMs);
    // Paid calls go before all that was promised to others.
    const goesAtMs = urgency === "paid" ? nextAtMs : backlogMs;
    if (goesAtMs - nowMs > withinMs) return false;
    this.promisedMs = backlogMs + this.spacingMs;
    return true;
  }

  async reserve(): Promise<{ taken: true; inMs: number }> {
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, this.nextAtMs);
    this.nextAtMs = atMs + this.spacingMs;
    return { taken: true, inMs: atMs - nowMs };
  }

  /** Gives no slot for that long: others may have used the time before. */
  holdBack(ms: number): void {
    this.nextAtMs = Math.max(this.nextAtMs, performance.now() + ms);
  }
}
