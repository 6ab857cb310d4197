import type { EntitySource } from "../cache/entity-source.ts";
import { EntityLoader } from "../graphql/entity-loader.ts";
import type { Lookups } from "../graphql/lookups.ts";
import type { Company } from "./company.type.ts";
import { parseCompanyId } from "./company-id.ts";

export type CompanyLoader = EntityLoader<Company>;

/** One lookup per distinct id and request: Credas has no endpoint for several ids at once. */
export function createCompanyLoader(source: EntitySource<Company>, lookups?: Lookups): CompanyLoader {
  return new EntityLoader(source, parseCompanyId, lookups);
}
