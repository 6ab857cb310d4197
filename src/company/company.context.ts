import type { ChargeContext } from "../charge/charge.context.ts";
import type { CompanyLoader } from "./company.loader.ts";
import type { CredasClient } from "./credas.client.ts";

/** What this room takes from a request. */
export interface CompanyContext extends ChargeContext {
  credas: CredasClient;
  companies: CompanyLoader;
}
