import { CredasClient } from "./company/credas.client.ts";
import type { Config, ProviderAccess, ProviderName } from "./config.ts";
import { YouverifyClient } from "./credit-report/youverify.client.ts";
import { type HttpObserver, nobodyWatches } from "./http/http-observer.ts";
import { ProviderHttp } from "./http/provider-http.ts";
import { LocalRateLimit, type RateLimit, spacingFor } from "./http/rate-limit.ts";
import { path } from "./http/request-path.ts";
import { SharedRateLimit } from "./http/shared-rate-limit.ts";
import type { RedisLink } from "./redis/redis-link.ts";
import { TrueworkClient } from "./verification/truework.client.ts";

/** The three providers' clients, as long-lived as the process. */
export interface Providers {
  credas: CredasClient;
  truework: TrueworkClient;
  youverify: YouverifyClient;
}

export interface ProvidersParts {
  /** What instances share; without it, each thinks that it is alone. */
  redis?: RedisLink | undefined;
  observer?: HttpObserver;
}

/** Composes each provider's HTTP in one place: where it is, how it knows us, how it is probed, how often it may be called. */
export function createProviders(
  config: Config,
  access: Record<ProviderName, ProviderAccess>,
  { redis, observer = nobodyWatches }: ProvidersParts = {},
) {
  const { probeIds } = config.reads;
  const shared = { settings: config.reads, paidTimeoutMs: config.paidCalls.listenMs, observer };

  const credas = new ProviderHttp({
    ...shared,
    provider: "CREDAS",
    baseUrl: access.credas.baseUrl,
    headers: { "x-api-key": access.credas.apiKey, accept: "application/json" },
    probe: { path: path`/api/v2/ci/companies/${probeIds.credas}` },
  });
  const truework = new ProviderHttp({
    ...shared,
    provider: "TRUEWORK",
    baseUrl: access.truework.baseUrl,
    headers: {
      authorization: `Bearer ${access.truework.apiKey}`,
      accept: `application/json; version=${config.trueworkApiVersion}`,
    },
    probe: { path: path`/verification-requests/`, query: { limit: "1", offset: "0" } },
    rate: trueworkLimit(config, access.truework, redis),
  });
  const youverify = new ProviderHttp({
    ...shared,
    provider: "YOUVERIFY",
    baseUrl: access.youverify.baseUrl,
    headers: { token: access.youverify.apiKey, accept: "application/json" },
    probe: { path: path`/v2/api/identity/${probeIds.youverify}` },
  });

  const providers: Providers = {
    credas: new CredasClient(credas),
    truework: new TrueworkClient(truework),
    youverify: new YouverifyClient(youverify, config.youverifyCompanyField),
  };
  return { providers, close: () => Promise.all([credas, truework, youverify].map((http) => http.close())) };
}

// Truework's limit is the account's, whichever instance calls.
function trueworkLimit({ reads }: Config, { baseUrl, apiKey }: ProviderAccess, redis?: RedisLink): RateLimit {
  const spacingMs = spacingFor(reads.trueworkCallsPerSecond);
  if (!redis) return new LocalRateLimit(spacingMs);
  return new SharedRateLimit({ redis, account: `${baseUrl} ${apiKey}`, spacingMs, instances: reads.instances });
}
