import type { CacheSettings } from "../cache/cache-settings.ts";
import type { Company } from "./company.type.ts";

/** How long a company is answered with without asking again, in milliseconds. One without its report may get it any moment. */
export function companyFreshForMs(
  company: Company | null,
  { company: found, notFound }: CacheSettings["freshMs"],
): number {
  return company?.report ? found : notFound;
}
