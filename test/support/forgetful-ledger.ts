import type { ChargeContext } from "../../src/charge/charge.context.ts";
import type { Charge } from "../../src/charge/charge.ts";
import type { Ledger } from "../../src/charge/ledger/ledger.ts";
import type { Spending, Spent } from "../../src/charge/ledger/spending.ts";
import { aRequest, NOON } from "./a-request.ts";

/** A request in front of a ledger that keeps nothing: every spending is a new one, and is sent. */
export function aSpendingRequest(): ChargeContext & { errorLog: unknown[][] } {
  const ledger = { spend } as Partial<Ledger> as Ledger;
  return { ...aRequest(), ledger, charges: {} as never, paidFieldsUntilMs: NOON + 25_000, purchaseChecks: {} };
}

async function spend<Refusal>(spending: Spending<Refusal>): Promise<Spent<Refusal>> {
  const refusal = (await spending.findRefusal?.()) ?? null;
  if (refusal !== null) return { kind: "refused", refusal };

  const outcome = await spending.send("charge-1");
  const charge = { id: "charge-1", state: outcome.state, resultId: null } as Partial<Charge> as Charge;
  if (outcome.state === "UNKNOWN") return { kind: "outcome-unknown", charge };
  if (outcome.state === "NOT_CHARGED") return { kind: "not-charged", charge, outcome };
  return {
    kind: "charged",
    replayed: false,
    body: outcome.body,
    charge: { ...charge, ...spending.readPurchase(outcome.body) },
  };
}
