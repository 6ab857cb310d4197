import { type Urgency, urgencies } from "./urgency.ts";

/** Those who wait for something: the most urgent go first, within an urgency whoever came first. */
export class WaitingLine<Waiter extends { urgency: Urgency }> {
  private readonly waiting: Record<Urgency, Waiter[]> = { paid: [], read: [], unhurried: [] };

  /** @param mayGo whether there is room for such a one at all; who may not stays, and holds up nobody. */
  constructor(private readonly mayGo: (waiter: Waiter) => boolean) {}

  join(waiter: Waiter): void {
    this.waiting[waiter.urgency].push(waiter);
  }

  leave(waiter: Waiter): void {
    const line = this.waiting[waiter.urgency];
    const at = line.indexOf(waiter);
    if (at >= 0) line.splice(at, 1);
  }

  /** Whether it is the last of its urgency. */
  endsWith(waiter: Waiter): boolean {
    return this.waiting[waiter.urgency].at(-1) === waiter;
  }

  next(): Waiter | undefined {
    for (const urgency of urgencies) {
      const waiter = this.waiting[urgency].find(this.mayGo);
      if (waiter) return waiter;
    }
    return undefined;
  }

  /** Whether anybody of this urgency waits, those included who may not go. */
  has(urgency: Urgency): boolean {
    return this.waiting[urgency].length > 0;
  }

  /** How urgent the next one is, and whether more of that urgency may go. */
  describe(): { urgency: Urgency; more: boolean } {
    const { urgency } = this.next() ?? { urgency: "unhurried" };
    return { urgency, more: this.waiting[urgency].filter(this.mayGo).length > 1 };
  }

  /** Takes out whoever may go and is not to stay, asked with how many that stay go before it. */
  keep(mayStay: (waiter: Waiter, ahead: number) => boolean): void {
    let ahead = 0;
    for (const urgency of urgencies) {
      this.waiting[urgency] = this.waiting[urgency].filter((waiter) => {
        if (!this.mayGo(waiter)) return true;
        if (!mayStay(waiter, ahead)) return false;
        ahead += 1;
        return true;
      });
    }
  }
}
