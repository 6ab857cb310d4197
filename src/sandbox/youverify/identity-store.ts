import { answerAbout, type CompanyAnswer } from "./companies.ts";
import { DRIVERS_LICENCE, SEEDED_REPORTS } from "./identities.ts";
import { toDocument } from "./report-document.ts";

/** How long a PENDING report takes, in milliseconds. */
const PENDING_MS = 3000;

export interface NewReport {
  companyNumber: string;
  metadata: Record<string, unknown>;
  answer: CompanyAnswer;
}

export interface Identity {
  /** 24 hex digits. */
  id: string;
  /** Youverify's `data` as of now. */
  document(now: number): Record<string, unknown>;
}

export interface IdentityStoreDeps {
  clock: () => number;
  /** Eight hex digits. */
  runId: string;
  isFaultId: (id: string) => boolean;
}

/** Every identity verified so far: the seeded ones, and the credit reports bought since. */
export class IdentityStore {
  #byId = new Map<string, Identity>();
  #made = 0;
  readonly #deps: IdentityStoreDeps;

  constructor(deps: IdentityStoreDeps) {
    this.#deps = deps;
    this.forget();
  }

  add(report: NewReport): Identity {
    this.#made += 1;
    // Like a MongoDB id: seconds, then what tells processes apart, then a counter.
    const seconds = Math.floor(this.#deps.clock() / 1000) % 0x1_0000_0000;
    const id = `${hex(seconds, 8)}${this.#deps.runId}${hex(this.#made, 8)}`;
    return this.#keep(id, report, this.#deps.clock());
  }

  find(id: string): Identity | undefined {
    const known = this.#byId.get(id);
    if (known !== undefined || !this.#deps.isFaultId(id)) return known;
    const report = { companyNumber: "99000010", metadata: {}, answer: answerAbout("99000010") };
    return this.#keep(id, report, this.#deps.clock());
  }

  forget(): void {
    this.#byId = new Map([[DRIVERS_LICENCE.id, { id: DRIVERS_LICENCE.id, document: () => DRIVERS_LICENCE }]]);
    const yesterday = this.#deps.clock() - 24 * 60 * 60 * 1000;
    for (const { id, companyNumber } of SEEDED_REPORTS) {
      this.#keep(id, { companyNumber, metadata: {}, answer: answerAbout(companyNumber) }, yesterday);
    }
  }

  #keep(id: string, report: NewReport, requestedAt: number): Identity {
    const { answer, metadata, companyNumber } = report;
    const document = (now: number) => {
      const isPending =
        answer.kind === "always-pending" || (answer.kind === "pending" && now < requestedAt + PENDING_MS);
      return toDocument({ id, companyNumber, metadata, answer, isPending, requestedAt });
    };
    const identity = { id, document };
    this.#byId.set(id, identity);
    return identity;
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
