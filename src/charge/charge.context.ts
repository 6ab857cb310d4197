import type { RequestContext } from "../graphql/context.ts";
import type { ChargeOperation } from "./charge.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { ChargeStore } from "./store/charge-store.ts";

/** Whether a provider's id can be what a charge bought, by a free read: the id in its one spelling, or why not. */
export type PurchaseCheck = (
  resultId: string,
  chargeId: string,
) => Promise<{ resultId: string } | { objection: string }>;

/** What this room, and whoever spends money, takes from a request. */
export interface ChargeContext extends RequestContext {
  ledger: Ledger;
  charges: ChargeStore;
  /** When the request's paid fields stop waiting, in milliseconds since 1970. */
  paidFieldsUntilMs: number;
  /** How an operator's word on what was bought is checked; an operation without one is taken at its word. */
  purchaseChecks: Partial<Record<ChargeOperation, PurchaseCheck>>;
}
