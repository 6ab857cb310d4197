const slices = 10;

interface Slice {
  number: number;
  reads: number;
  failures: number;
}

/** How the reads of the last while ended, in slices of a tenth of it. */
export class ReadWindow {
  private readonly sliceMs: number;
  private kept: Slice[] = [];

  constructor(windowMs: number) {
    this.sliceMs = windowMs / slices;
  }

  add(failed: boolean): void {
    const slice = this.currentSlice();
    slice.reads += 1;
    if (failed) slice.failures += 1;
  }

  /** Counts what is no older than the window. */
  count(): { reads: number; failures: number } {
    this.currentSlice();
    return this.kept.reduce(
      (sum, { reads, failures }) => ({ reads: sum.reads + reads, failures: sum.failures + failures }),
      { reads: 0, failures: 0 },
    );
  }

  clear(): void {
    this.kept = [];
  }

  private currentSlice(): Slice {
    const number = Math.floor(performance.now() / this.sliceMs);
    const last = this.kept.at(-1);
    if (last?.number === number) return last;
    this.kept = this.kept.filter((slice) => slice.number > number - slices);
    const slice = { number, reads: 0, failures: 0 };
    this.kept.push(slice);
    return slice;
  }
}
