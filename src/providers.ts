import { CredasClient } from "./company/credas.client.ts";
import type { Config, ProviderAccess, ProviderName } from "./config.ts";
import { YouverifyClient } from "./credit-report/youverify.client.ts";
import { type HttpObserver, nobodyWatches } from "./http/http-observer.ts";
import { ProviderHttp, type ProviderHttpOptions } from "./http/provider-http.ts";
import { TrueworkClient } from "./verification/truework.client.ts";

/** The three providers' clients, as long-lived as the process. */
export interface Providers {
  credas: CredasClient;
  truework: TrueworkClient;
  youverify: YouverifyClient;
}

/** Composes each provider's HTTP in one place: where it is, how it knows us, how long it may take. */
export function createProviders(
  config: Config,
  access: Record<ProviderName, ProviderAccess>,
  observer: HttpObserver = nobodyWatches,
) {
  const shared = {
    observer,
    readTimeoutMs: config.reads.timeoutMs,
    paidTimeoutMs: config.paidCalls.listenMs,
    concurrency: config.reads.concurrency,
  } satisfies Partial<ProviderHttpOptions>;

  const credas = new ProviderHttp({
    ...shared,
    provider: "CREDAS",
    baseUrl: access.credas.baseUrl,
    headers: { "x-api-key": access.credas.apiKey, accept: "application/json" },
  });
  const truework = new ProviderHttp({
    ...shared,
    provider: "TRUEWORK",
    baseUrl: access.truework.baseUrl,
    headers: {
      authorization: `Bearer ${access.truework.apiKey}`,
      accept: `application/json; version=${config.trueworkApiVersion}`,
    },
  });
  const youverify = new ProviderHttp({
    ...shared,
    provider: "YOUVERIFY",
    baseUrl: access.youverify.baseUrl,
    headers: { token: access.youverify.apiKey, accept: "application/json" },
  });

  const providers: Providers = {
    credas: new CredasClient(credas),
    truework: new TrueworkClient(truework),
    youverify: new YouverifyClient(youverify, config.youverifyCompanyField),
  };
  return { providers, close: () => Promise.all([credas, truework, youverify].map((http) => http.close())) };
}
