import type { EntityReference } from "../graphql/entities.ts";
import { findIn } from "../graphql/find-in.ts";
import type { VerificationContext } from "./verification.context.ts";

/** The verification a router points at by its key. */
export const verificationReference: EntityReference<VerificationContext> = {
  scope: "verification:read",
  find: (id, { verifications }) => findIn(verifications, id),
};
