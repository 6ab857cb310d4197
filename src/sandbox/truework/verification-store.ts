import { toVerification } from "./seed.ts";
import { stateAt, type Verification } from "./verification.ts";
import { faultSeed, SEEDS } from "./verifications.ts";

export interface VerificationStoreDeps {
  clock: () => number;
  isFaultId: (id: string) => boolean;
}

/** The seeded verifications, those made since, and, unlisted, the ones that faults are tried on. */
export class VerificationStore {
  #byId = new Map<string, Verification>();
  #newestFirst: Verification[] = [];
  /** Newest last, and all of them newer than the seeded ones. */
  #added: Verification[] = [];
  /** A verification looks the same for as long as its state does. */
  readonly #rendered = new WeakMap<Verification, { state: string; json: string }>();
  readonly #deps: VerificationStoreDeps;

  constructor(deps: VerificationStoreDeps) {
    this.#deps = deps;
    this.forget();
  }

  find(id: string): Verification | undefined {
    const known = this.#byId.get(id);
    if (known !== undefined || !this.#deps.isFaultId(id)) return known;
    const made = toVerification(faultSeed(id), this.#deps.clock());
    this.#byId.set(id, made);
    return made;
  }

  add(verification: Verification): void {
    this.#byId.set(verification.id, verification);
    this.#added.push(verification);
  }

  /** The verification as Truework shows it now. */
  json(verification: Verification): string {
    const state = stateAt(verification, this.#deps.clock());
    const known = this.#rendered.get(verification);
    if (known?.state === state) return known.json;
    const json = JSON.stringify(toDocument(verification, state));
    this.#rendered.set(verification, { state, json });
    return json;
  }

  newestFirst(): readonly Verification[] {
    if (this.#added.length > 0) {
      this.#newestFirst = [...this.#added.reverse(), ...this.#newestFirst];
      this.#added = [];
    }
    return this.#newestFirst;
  }

  forget(): void {
    const now = this.#deps.clock();
    this.#added = [];
    this.#newestFirst = SEEDS.map((seed) => toVerification(seed, now)).sort((a, b) => b.createdAt - a.createdAt);
    this.#byId = new Map(this.#newestFirst.map((verification) => [verification.id, verification]));
  }
}

// Reports are absent, not empty, until it is completed.
function toDocument({ id, createdAt, completedAt, tellsCompletion, reports, fields }: Verification, state: string) {
  const completed = state === "completed";
  return {
    id,
    created: new Date(createdAt).toISOString().replace("Z", "000Z"),
    state,
    date_of_completion:
      completed && completedAt !== null && tellsCompletion ? new Date(completedAt).toISOString() : null,
    ...fields,
    ...(completed && { reports }),
  };
}
