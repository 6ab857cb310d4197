/** The moment by which something has to be done, whatever it consists of. */
export class Deadline {
  readonly signal: AbortSignal;
  private readonly atMs: number;

  /** @param withinMs How long there is, from now on. */
  constructor(readonly withinMs: number) {
    this.signal = AbortSignal.timeout(Math.max(Math.ceil(withinMs), 0));
    this.atMs = performance.now() + withinMs;
  }

  /** Milliseconds that are left; never less than none. */
  get leftMs(): number {
    return Math.max(this.atMs - performance.now(), 0);
  }
}
