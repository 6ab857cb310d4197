import DataLoader from "dataloader";
import { loadEach } from "../graphql/load-each.ts";
import type { Company } from "./company.type.ts";
import { parseCompanyId } from "./company-id.ts";
import type { CredasClient } from "./credas.client.ts";

export type CompanyLoader = DataLoader<string, Company | null>;

/** One provider call per distinct id and request: Credas has no endpoint for several ids at once. */
export function createCompanyLoader(credas: Pick<CredasClient, "findCompany">): CompanyLoader {
  return new DataLoader((ids) =>
    loadEach(ids, async (id) => (parseCompanyId(id) === null ? null : credas.findCompany(id))),
  );
}
