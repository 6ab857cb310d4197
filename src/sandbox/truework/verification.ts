/** One verification request as the sandbox keeps it. Times are milliseconds since the epoch. */
export interface Verification {
  id: string;
  createdAt: number;
  /** How it moves on: what it is from each moment, in order of time. */
  states: readonly { from: number; state: string }[];
  /** When it is completed; null if it never is. */
  completedAt: number | null;
  /** Truework's sandbox never tells `date_of_completion`; some of ours do not either. */
  tellsCompletion: boolean;
  /** Only what ran synchronously may be reverified synchronously. */
  ranSync: boolean;
  /** Shown once it is completed. */
  reports: readonly Report[];
  /** What does not change: target, price, purpose and so on. */
  fields: Record<string, unknown>;
}

export type Report = { id: string } & Record<string, unknown>;

export function stateAt(verification: Verification, now: number): string {
  return verification.states.findLast(({ from }) => from <= now)?.state ?? "pending-approval";
}

/** The state by its documented name: `cancelled` and `action-requred` occur in Truework's own examples. */
export function documentedState(state: string): string {
  if (state === "cancelled") return "canceled";
  return state === "action-requred" ? "action-required" : state;
}
