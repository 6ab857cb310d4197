import type { Caller } from "../graphql/context.ts";
import type { ChargeContext } from "./charge.context.ts";
import type { Charge } from "./charge.ts";
import { reachingLedger } from "./ledger/ledger-unavailable.ts";

/** Whose charges a caller may see: their own, or with charge:read-all everybody's (undefined). */
export function visibleTo(caller: Caller): string | undefined {
  return caller.can("charge:read-all") ? undefined : caller.id;
}

/** The charge, if there is one and the caller may see it. A stranger's charge is as good as none. */
export async function findVisibleCharge(id: string, { charges, caller }: ChargeContext): Promise<Charge | null> {
  const charge = await reachingLedger(() => charges.findById(id));
  const owner = visibleTo(caller);
  return charge && (owner === undefined || charge.requestedBy === owner) ? charge : null;
}
