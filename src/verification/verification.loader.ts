import type { EntitySource } from "../cache/entity-source.ts";
import { EntityLoader } from "../graphql/entity-loader.ts";
import type { Lookups } from "../graphql/lookups.ts";
import type { Verification } from "./verification.type.ts";
import { parseVerificationId } from "./verification-id.ts";

export type VerificationLoader = EntityLoader<Verification>;

/** One lookup per distinct id and request: Truework's list has no filter by id and no promised order. */
export function createVerificationLoader(source: EntitySource<Verification>, lookups?: Lookups): VerificationLoader {
  return new EntityLoader(source, parseVerificationId, lookups);
}
