/** One thing a provider billed. */
export interface Charge {
  /** 1 for the first since the start or the last reset. */
  sequence: number;
  /** ISO 8601. */
  at: string;
  operation: "refresh-report" | "reverify" | "credit-report";
  /** The company id, verification id or company number it was about. */
  target: string;
  /** The provider's id of what was bought. */
  reference: string | null;
  /** What the caller sent as metadata (Youverify), else null. */
  metadata: unknown;
}

/** What a provider has billed, oldest first. Never capped: tests count it. */
export class ChargeLog {
  #charges: Charge[] = [];
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  record(charge: Omit<Charge, "sequence" | "at" | "metadata"> & { metadata?: unknown }): void {
    this.#charges.push({
      sequence: this.#charges.length + 1,
      at: new Date(this.#clock()).toISOString(),
      metadata: null,
      ...charge,
    });
  }

  list(): Charge[] {
    return [...this.#charges];
  }

  clear(): void {
    this.#charges = [];
  }
}
