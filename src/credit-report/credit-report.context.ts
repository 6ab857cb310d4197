import type { ChargeContext } from "../charge/charge.context.ts";
import type { CreditReportLoader } from "./credit-report.loader.ts";
import type { YouverifyClient } from "./youverify.client.ts";

/** What this room takes from a request. */
export interface CreditReportContext extends ChargeContext {
  youverify: YouverifyClient;
  creditReports: CreditReportLoader;
  /** @throws OPERATION_TOO_LARGE for a value beyond the bounds, once its variables are in it. */
  checkValueSize(value: object): void;
}
