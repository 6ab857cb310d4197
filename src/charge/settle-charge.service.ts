import { badUserInput } from "../graphql/errors.ts";
import { checkText } from "../graphql/text.ts";
import type { ChargeContext } from "./charge.context.ts";
import type { SettleProviderChargeInput } from "./charge.input.ts";
import { ChargeAlreadySettled, ChargeInProgress, ProviderChargeNotFound } from "./charge-problem.ts";
import { reachingLedger } from "./ledger/ledger-unavailable.ts";
import { type SettleProviderChargeResult, SettleProviderChargeSuccess } from "./settle-charge.result.ts";
import { ResultTakenError } from "./store/result-holder.ts";

const maxNoteLength = 1000;

/** Records an operator's word on a charge whose outcome could not be told. Nothing is sent, and the key stays spent. */
export async function settleProviderCharge(
  input: SettleProviderChargeInput,
  context: ChargeContext,
): Promise<SettleProviderChargeResult> {
  checkVerdict(input);
  const { charges, caller, log } = context;
  const found = await reachingLedger(() => charges.findById(input.chargeId));
  if (!found) return new ProviderChargeNotFound();
  if (found.state === "IN_PROGRESS") return new ChargeInProgress(found);
  if (found.verdictBy === "ANSWER") return new ChargeAlreadySettled(found);

  const resultId = typeof input.resultId === "string" ? await checkPurchase(input.resultId, found, context) : null;
  const recorded = await reachingLedger(() =>
    charges
      .recordVerdict(found.id, {
        by: "OPERATOR",
        state: input.outcome,
        settledBy: caller.id,
        note: input.note,
        resultId,
      })
      .catch(refuseTakenResult),
  );
  if (!recorded) return new ProviderChargeNotFound();
  if (recorded === "taken")
    throw badUserInput("Expected a resultId that no other charge has, got one that is on record.");
  log.info(
    { chargeId: found.id, state: recorded.charge.state, settled: recorded.settled },
    "charge: an operator's verdict",
  );
  return recorded.settled ? new SettleProviderChargeSuccess(recorded.charge) : whyNotSettled(recorded.charge);
}

function checkVerdict({ outcome, resultId, note }: SettleProviderChargeInput): void {
  checkText("note", note, { min: 1, max: maxNoteLength });
  if (typeof resultId === "string") checkText("resultId", resultId, { min: 1, max: 255 });
  if (outcome === "NOT_CHARGED" && typeof resultId === "string") {
    throw badUserInput("Expected no resultId where nothing was bought, got one.");
  }
}

async function checkPurchase(
  resultId: string,
  { id, operation }: { id: string; operation: keyof ChargeContext["purchaseChecks"] },
  { purchaseChecks }: ChargeContext,
): Promise<string> {
  const checked = (await purchaseChecks[operation]?.(resultId, id)) ?? { resultId };
  if ("resultId" in checked) return checked.resultId;
  throw badUserInput(`Expected resultId to be what this charge bought, got ${checked.objection}.`);
}

function refuseTakenResult(error: unknown): "taken" {
  if (error instanceof ResultTakenError) return "taken";
  throw error;
}

function whyNotSettled(charge: ChargeInProgress["charge"]) {
  return charge.state === "IN_PROGRESS" ? new ChargeInProgress(charge) : new ChargeAlreadySettled(charge);
}
