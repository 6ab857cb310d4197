/** The moment by which something has to be done, whatever it consists of. */
export class Deadline {
  private readonly atMs: number;

  /** @param withinMs How long there is, from now on. */
  constructor(readonly withinMs: number) {
    this.atMs = performance.now() + withinMs;
  }

  /** Milliseconds that are left; never less than none. */
  get leftMs(): number {
    return Math.max(this.atMs - performance.now(), 0);
  }

  /**
   * Calls back once it has passed, unless what this gives is called before. It keeps no process alive. A timer for whoever
   * waits costs a fraction of an AbortSignal, which stays until its time even where all is done at once.
   */
  whenPassed(callback: () => void): () => void {
    const timer = setTimeout(callback, Math.ceil(this.leftMs)).unref();
    return () => clearTimeout(timer);
  }
}
