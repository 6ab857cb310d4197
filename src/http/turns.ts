/** A queue for a limited number of calls at once. Paid calls go before reads; within a kind it is first come, first served. */
export class Turns {
  private free: number;
  private readonly waiting: Record<"paid" | "read", (() => void)[]> = { paid: [], read: [] };

  constructor(atOnce: number) {
    this.free = atOnce;
  }

  /**
   * Does `work` as soon as there is a turn.
   *
   * @throws the signal's reason if it is aborted while waiting; then `work` is never begun.
   */
  async take<Result>(kind: "paid" | "read", signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await this.begin(kind, signal);
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  private async begin(kind: "paid" | "read", signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.free > 0) {
      this.free--;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.waiting[kind] = this.waiting[kind].filter((waiting) => waiting !== resolve);
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    this.waiting[kind].push(resolve);
    await promise;
    signal.removeEventListener("abort", leave);
  }

  private end(): void {
    const next = this.waiting.paid.shift() ?? this.waiting.read.shift();
    if (next) next();
    else this.free++;
  }
}
