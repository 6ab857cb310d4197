// Enough to be no accident, few enough to be of now.
const fewest = 5;
const most = 32;

// A read that was cut off would have taken longer, nobody knows how much. Counted as no more than it had, reads that are all
// sent too late would go on telling that so little is enough.
const hadItGoneOn = 1.5;

const headroom = 1.5;

/** How long a provider takes to answer of late, and what time a read therefore needs to be worth sending. */
export class AnswerTimes {
  private readonly times: number[] = [];
  private room = 0;

  /** Milliseconds in which three in four reads are answered, and half as much again; 0 while too little is known. */
  get roomMs(): number {
    return this.room;
  }

  /** Notes a read that was answered, or cut off by its deadline, after so many milliseconds. */
  note(how: "answered" | "cut-off", tookMs: number): void {
    this.times.push(how === "answered" ? tookMs : tookMs * hadItGoneOn);
    if (this.times.length > most) this.times.shift();
    if (this.times.length < fewest) return;
    // Sorted as numbers, by the platform: this is done for every read.
    const inOrder = Float64Array.from(this.times).sort();
    this.room = (inOrder[Math.floor(inOrder.length * 0.75)] ?? 0) * headroom;
  }
}
