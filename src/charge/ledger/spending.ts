import type { FastifyBaseLogger } from "fastify";
import type { NotCharged, PaidOutcome } from "../../http/paid-outcome.ts";
import type { Turn } from "../../http/turns.ts";
import type { Charge, Price } from "../charge.ts";
import type { Claim } from "../store/claims.ts";

/** One intended paid call: what it is called, what may refuse it, how it is sent and what its answer tells. */
export interface Spending<Refusal> extends Claim {
  /** Asked only for a key that is new or freed; what it answers leaves no trace. It costs nothing. */
  findRefusal?: () => Promise<Refusal | null>;
  /** Takes what the call needs before it is claimed, so that no claim waits for it; null where it can't be had in time. */
  reserve?: (withinMs: number) => Promise<Turn | null>;
  /** Spends the money, once. */
  send(chargeId: string, turn?: Turn): Promise<PaidOutcome>;
  /** What the body of a charged answer tells of what was bought. */
  readPurchase(body: unknown): Purchase;
}

export interface Purchase {
  /** The provider's id of what was bought; null where the answer can't be read. */
  resultId: string | null;
  /** What the provider said at the time. */
  price?: Price | null;
}

export interface Asker {
  /** How long this asker waits, in milliseconds since 1970. The call itself goes on. */
  paidFieldsUntilMs: number;
  log: FastifyBaseLogger;
}

/** What became of a spending. Everything but `refused`, `not-begun` and `limit-reached` is on record. */
export type Spent<Refusal> =
  | { kind: "refused"; refusal: Refusal }
  /** Nothing was claimed: paid calls are off, the provider is left alone, or no time is left. */
  | { kind: "not-begun" }
  | { kind: "limit-reached"; resetsAt: string }
  /** The key was first used with another input. */
  | { kind: "key-reused"; charge: Charge }
  | { kind: "in-progress"; charge: Charge }
  | { kind: "outcome-unknown"; charge: Charge }
  | { kind: "not-charged"; charge: Charge; outcome: NotCharged }
  /** `body` is the provider's answer, where this process has it at hand. */
  | { kind: "charged"; charge: Charge; replayed: boolean; body?: unknown };
