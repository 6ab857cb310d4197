import { ProviderError } from "../http/provider-error.ts";

/**
 * Whether a read failed for want of an answer, so that an older copy may stand in for it.
 *
 * Not so where the provider did answer. A refusal of our key (`oursToFix`) may mean that we are no longer allowed to have
 * the data; an answer that can't be used (`malformed`, every other 4xx too) may say that this very entity is withdrawn.
 * Showing a copy then would hide both from the reader and from whoever has to see to it.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return false;
  return error.kind === "timeout" || (error.kind === "unavailable" && !error.oursToFix);
}
