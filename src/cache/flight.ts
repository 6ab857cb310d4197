import type { Copy } from "./copy.ts";
import { isOutage } from "./outage.ts";

export interface Landed<Entity> {
  value: Entity | null;
  how: "shared" | "stale" | "miss";
}

/**
 * One read of one entity, and what its readers get. It is answered by what was read; or by an older copy, if there is one,
 * when the read fails for want of an answer or is late. A late read goes on, for the sake of the next readers.
 */
export class Flight<Entity> {
  readonly answer: Promise<Landed<Entity>>;
  private readonly settle: PromiseWithResolvers<Landed<Entity>>;
  private readonly lateAtMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private older: Copy<Entity> | undefined,
    staleAfterMs: number,
  ) {
    this.settle = Promise.withResolvers();
    this.answer = this.settle.promise;
    this.lateAtMs = performance.now() + staleAfterMs;
    if (older) this.standInWhenLate();
  }

  /** An older copy turned up elsewhere. */
  offer(older: Copy<Entity>): void {
    if (this.older && this.older.readAtMs >= older.readAtMs) return;
    this.older = older;
    this.standInWhenLate();
  }

  land(landed: Landed<Entity>): void {
    clearTimeout(this.timer);
    this.settle.resolve(landed);
  }

  fail(error: unknown): void {
    clearTimeout(this.timer);
    if (isOutage(error)) this.answerOlder();
    this.settle.reject(error);
  }

  // Most reads are of what nobody has asked for: without a copy there is nothing to wait for but the read.
  private standInWhenLate(): void {
    const leftMs = this.lateAtMs - performance.now();
    if (leftMs <= 0) this.answerOlder();
    else this.timer ??= setTimeout(() => this.answerOlder(), Math.ceil(leftMs));
  }

  private answerOlder(): void {
    if (this.older) this.settle.resolve({ value: this.older.value, how: "stale" });
  }
}
