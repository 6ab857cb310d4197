import type { EntitySource } from "../cache/entity-source.ts";
import { EntityLoader } from "../graphql/entity-loader.ts";
import type { Lookups } from "../graphql/lookups.ts";
import type { BusinessCreditReport } from "./credit-report.type.ts";
import { parseCreditReportId } from "./credit-report-id.ts";

export type CreditReportLoader = EntityLoader<BusinessCreditReport>;

/** One lookup per distinct id and request: Youverify has no endpoint for several ids at once. */
export function createCreditReportLoader(
  source: EntitySource<BusinessCreditReport>,
  lookups?: Lookups,
): CreditReportLoader {
  return new EntityLoader(source, parseCreditReportId, lookups);
}
