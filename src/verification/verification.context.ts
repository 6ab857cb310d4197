import type { ChargeContext } from "../charge/charge.context.ts";
import type { TrueworkClient } from "./truework.client.ts";
import type { VerificationLoader } from "./verification.loader.ts";

/** What this room takes from a request. */
export interface VerificationContext extends ChargeContext {
  truework: TrueworkClient;
  verifications: VerificationLoader;
}
