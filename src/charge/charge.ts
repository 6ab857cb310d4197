import type { DataProvider } from "../graphql/data-provider.ts";
import type { ProviderChargeOperation, ProviderChargeState } from "./charge.enum.ts";

export type ChargeOperation = keyof typeof ProviderChargeOperation;

/** IN_PROGRESS turns into UNKNOWN by itself when its lease runs out; that is derived on every reading, never stored. */
export type ChargeState = keyof typeof ProviderChargeState;

/** Whose word the state rests on. The provider's own answer is final. */
export type VerdictSource = "ANSWER" | "EVIDENCE" | "OPERATOR";

export interface Price {
  /** A decimal number as text. */
  amount: string;
  currency: string;
}

/** What names a charge: these three, unique together. */
export interface ChargeName {
  caller: string;
  operation: ChargeOperation;
  idempotencyKey: string;
}

/** One intended paid call, as it stands. Times are RFC 3339 in UTC, by the database's clock. */
export interface Charge {
  id: string;
  requestedBy: string;
  operation: ChargeOperation;
  idempotencyKey: string;
  /** Of the input that the key was first used with. */
  fingerprint: string;
  provider: DataProvider;
  /** What was asked about, as it was asked. */
  target: string;
  state: ChargeState;
  /** Counts claims: a freed key may be claimed again. */
  attempt: number;
  /** Whether the sender itself found that it was not charged, so that the same key and input may be sent again. */
  freed: boolean;
  verdictBy: VerdictSource | null;
  settledBy: string | null;
  settlementNote: string | null;
  /** The provider's id of what was bought. */
  resultId: string | null;
  price: Price | null;
  requestedAt: string;
  settledAt: string | null;
}
