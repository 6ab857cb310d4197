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
  private readonly timer: NodeJS.Timeout;
  private isLate = false;

  constructor(
    private older: Copy<Entity> | undefined,
    staleAfterMs: number,
  ) {
    this.settle = Promise.withResolvers();
    this.answer = this.settle.promise;
    this.timer = setTimeout(() => {
      this.isLate = true;
      this.answerOlder();
    }, staleAfterMs);
  }

  /** An older copy turned up elsewhere. */
  offer(older: Copy<Entity>): void {
    if (this.older && this.older.readAtMs >= older.readAtMs) return;
    this.older = older;
    if (this.isLate) this.answerOlder();
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

  private answerOlder(): void {
    if (this.older) this.settle.resolve({ value: this.older.value, how: "stale" });
  }
}
