import DataLoader from "dataloader";
import { loadEach } from "../graphql/load-each.ts";
import type { TrueworkClient } from "./truework.client.ts";
import type { Verification } from "./verification.type.ts";
import { parseVerificationId } from "./verification-id.ts";

export type VerificationLoader = DataLoader<string, Verification | null>;

/** One provider call per distinct id and request: Truework's list has no filter by id and no promised order. */
export function createVerificationLoader(truework: Pick<TrueworkClient, "findVerification">): VerificationLoader {
  return new DataLoader((ids) =>
    loadEach(ids, async (id) => (parseVerificationId(id) === null ? null : truework.findVerification(id))),
  );
}
