/** One request to a provider's API. The sandbox's own endpoints are not counted. */
export interface Call {
  /** ISO 8601, when it arrived. */
  at: string;
  method: string;
  /** The endpoint, e.g. `/api/v2/ci/companies/{id}`; `unmatched` for a path the provider does not have. */
  template: string;
}

interface LoggedCall {
  atMs: number;
  method: string;
  template: string;
}

/** The calls kept with their times; counts go on beyond it. */
const LONGEST_LOG = 100_000;

/** Who called what, how often, and how many calls were in progress at once. */
export class CallLog {
  #calls: LoggedCall[] = [];
  #oldest = 0;
  #count = 0;
  #byTemplate = new Map<string, number>();
  #inProgress = 0;
  #atOnce = 0;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  begin(method: string, template: string): void {
    this.#keep({ atMs: this.#clock(), method, template });
    this.#count += 1;
    const key = `${method} ${template}`;
    this.#byTemplate.set(key, (this.#byTemplate.get(key) ?? 0) + 1);
    this.#inProgress += 1;
    this.#atOnce = Math.max(this.#atOnce, this.#inProgress);
  }

  end(): void {
    this.#inProgress -= 1;
  }

  /** Oldest first, at most the last 100 000. */
  list(): Call[] {
    return [...this.#calls.slice(this.#oldest), ...this.#calls.slice(0, this.#oldest)].map(
      ({ atMs, method, template }) => ({ at: new Date(atMs).toISOString(), method, template }),
    );
  }

  count(): number {
    return this.#count;
  }

  byTemplate(): Record<string, number> {
    return Object.fromEntries(this.#byTemplate);
  }

  /** The most calls that were in progress at the same time. */
  atOnce(): number {
    return this.#atOnce;
  }

  clear(): void {
    this.#calls = [];
    this.#oldest = 0;
    this.#count = 0;
    this.#byTemplate = new Map();
    this.#atOnce = this.#inProgress;
  }

  #keep(call: LoggedCall): void {
    if (this.#calls.length < LONGEST_LOG) {
      this.#calls.push(call);
      return;
    }
    this.#calls[this.#oldest] = call;
    this.#oldest = (this.#oldest + 1) % LONGEST_LOG;
  }
}
