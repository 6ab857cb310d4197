import type { PurchaseCheck } from "../charge/charge.context.ts";
import { parseCreditReportId } from "./credit-report-id.ts";
import type { YouverifyClient } from "./youverify.client.ts";

/** Whether a report can be what a charge bought: it exists, and does not carry another charge's id. One free read. */
export function createCreditReportPurchaseCheck(youverify: Pick<YouverifyClient, "findPurchase">): PurchaseCheck {
  return async (resultId, chargeId) => {
    const id = parseCreditReportId(resultId);
    const purchase = id === null ? null : await youverify.findPurchase(id);
    if (id === null || purchase === null) return { objection: "the id of no credit report" };
    const ours = purchase.chargeId === null || purchase.chargeId === chargeId;
    return ours ? { resultId: id } : { objection: "a report that another charge bought" };
  };
}
