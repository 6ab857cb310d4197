import type { Environment } from "../../src/settings.ts";

/**
 * Providers called as soon as they are asked for, once, and whatever they did before: for tests that are about something
 * else, or that count calls.
 */
export const steadyProviders: Environment = {
  TRUEWORK_CALLS_PER_SECOND: "10000",
  PROVIDER_RETRIES: "0",
  BREAKER_READS: "1000000",
};
