import DataLoader from "dataloader";
import { loadEach } from "../graphql/load-each.ts";
import type { BusinessCreditReport } from "./credit-report.type.ts";
import { parseCreditReportId } from "./credit-report-id.ts";
import type { YouverifyClient } from "./youverify.client.ts";

export type CreditReportLoader = DataLoader<string, BusinessCreditReport | null>;

/** One provider call per distinct id and request: Youverify has no endpoint for several ids at once. */
export function createCreditReportLoader(youverify: Pick<YouverifyClient, "findReport">): CreditReportLoader {
  return new DataLoader(
    (ids) =>
      loadEach(ids, async (asked) => {
        const id = parseCreditReportId(asked);
        return id === null ? null : youverify.findReport(id);
      }),
    { cacheKeyFn: (id) => parseCreditReportId(id) ?? id },
  );
}
