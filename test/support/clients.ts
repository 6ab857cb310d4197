import { readConfig } from "../../src/config.ts";
import { createProviders } from "../../src/providers.ts";
import type { Environment } from "../../src/settings.ts";
import { steadyProviders } from "./steady-providers.ts";

const access = (baseUrl: string, apiKey: string) => ({ baseUrl, apiKey });

/** The three clients as the service composes them, all of them calling one address. */
export function clientsCalling(baseUrl: string, environment: Environment = {}, paidTimeoutMs?: number) {
  const config = readConfig({ ...steadyProviders, ...environment });
  const listenMs = paidTimeoutMs ?? config.paidCalls.listenMs;
  return createProviders(
    { ...config, paidCalls: { ...config.paidCalls, listenMs } },
    {
      credas: access(baseUrl, "test-credas-key"),
      truework: access(baseUrl, "test-truework-key"),
      youverify: access(baseUrl, "test-youverify-key"),
    },
  );
}
