import type { EntityReference } from "../graphql/entities.ts";
import { findIn } from "../graphql/find-in.ts";
import type { CompanyContext } from "./company.context.ts";

/** The company a router points at by its key. */
export const companyReference: EntityReference<CompanyContext> = {
  scope: "company:read",
  find: (id, { companies }) => findIn(companies, id),
};
