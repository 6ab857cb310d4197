import type { EntityReference } from "../graphql/entities.ts";
import { findIn } from "../graphql/find-in.ts";
import type { CreditReportContext } from "./credit-report.context.ts";

/** The credit report a router points at by its key. */
export const creditReportReference: EntityReference<CreditReportContext> = {
  scope: "credit-report:read",
  find: (id, { creditReports }) => findIn(creditReports, id),
};
