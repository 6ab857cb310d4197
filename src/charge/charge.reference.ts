import type { EntityReference } from "../graphql/entities.ts";
import type { ChargeContext } from "./charge.context.ts";
import { findVisibleCharge } from "./charge.visibility.ts";

/** The charge a router points at by its key; none for those that the caller may not see. */
export const chargeReference: EntityReference<ChargeContext> = {
  scope: "charge:read",
  find: findVisibleCharge,
};
