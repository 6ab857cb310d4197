import type { Company } from "./companies.ts";
import { newerReport } from "./report.ts";

const FIRST_REPORT_AGE_MS = 30 * 24 * 60 * 60 * 1000;

interface Issue {
  /** 1 for the report the company starts with. */
  sequence: number;
  madeAt: number;
}

/** One company as it is now: its first report, or the newest one that a refresh has brought. */
export class CompanyRecord {
  #shown: Issue;
  /** Refreshed, not shown yet: some reports take their time. */
  #coming: Issue[] = [];
  #refreshes = 0;
  #json: string | null = null;
  readonly #company: Company;

  constructor(company: Company, startedAt: number) {
    this.#company = company;
    this.#shown = { sequence: 1, madeAt: startedAt - FIRST_REPORT_AGE_MS };
  }

  refresh(now: number): void {
    this.#bringUpToDate(now);
    this.#refreshes += 1;
    this.#coming.push({ sequence: 1 + this.#refreshes, madeAt: now });
  }

  /** The provider's answer about this company. */
  json(now: number): string {
    this.#bringUpToDate(now);
    this.#json ??= JSON.stringify(this.#document());
    return this.#json;
  }

  #bringUpToDate(now: number): void {
    const { refreshTakesMs = 0 } = this.#company;
    for (let next = this.#coming[0]; next && next.madeAt + refreshTakesMs <= now; next = this.#coming[0]) {
      this.#shown = next;
      this.#coming.shift();
      this.#json = null;
    }
  }

  #document() {
    const { id, own, fullReport } = this.#company;
    return { id, ...own, fullReport: newerReport(fullReport, this.#shown) };
  }
}
