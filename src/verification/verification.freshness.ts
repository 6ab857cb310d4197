import type { CacheSettings } from "../cache/cache-settings.ts";
import type { VerificationState } from "./verification.enum.ts";
import type { Verification } from "./verification.type.ts";

const final = new Set<VerificationState>(["COMPLETED", "CANCELED", "INVALID"]);

/** How long a verification is answered with without asking again, in milliseconds: one that is not final moves any moment. */
export function verificationFreshForMs(
  verification: Verification | null,
  { verification: closed, openVerification, notFound }: CacheSettings["freshMs"],
): number {
  if (verification === null) return notFound;
  return final.has(verification.state) ? closed : openVerification;
}
