import { DataProvider } from "../graphql/data-provider.ts";
import type { ErrorCode } from "../graphql/errors.ts";

/*
 * What labels are known to become. Their series are made at start: one that appears with its first event shows no increase,
 * so no alert would see the first one. What is not named here is counted all the same.
 */

export const providers = Object.keys(DataProvider);

const ourCodes: Record<ErrorCode, true> = {
  BAD_USER_INPUT: true,
  PROVIDER_UNAVAILABLE: true,
  PROVIDER_TIMEOUT: true,
  PROVIDER_MALFORMED: true,
  LEDGER_UNAVAILABLE: true,
  UNAUTHENTICATED: true,
  FORBIDDEN: true,
  TOO_MANY_PAID_FIELDS: true,
  TOO_MANY_REPRESENTATIONS: true,
  OPERATION_TOO_LARGE: true,
  NOT_FOUND: true,
  INTERNAL_SERVER_ERROR: true,
};

export const errorCodes = [
  ...Object.keys(ourCodes),
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_REQUEST",
];

/** What may be odd about a provider's answer. */
export const oddities = [
  "missing-id",
  "another-id",
  "unknown-enum-value",
  "html",
  "not-unpackable",
  "redirect",
  "truncated-json",
  "not-an-object",
  "broken-off",
  "too-large",
];

/** What is sealed in Redis, beside messages of what was cleared. */
export const sealedKinds = ["company", "verification", "credit-report", "clearing"];
