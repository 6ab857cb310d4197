import { createHash } from "node:crypto";
import { type CacheObserver, nobodyCounts } from "./cache/cache-observer.ts";
import type { EntitySource } from "./cache/entity-source.ts";
import { ProcessCaches } from "./cache/process-caches.ts";
import { companyFreshForMs } from "./company/company.freshness.ts";
import type { Company } from "./company/company.type.ts";
import type { Config, ProviderAccess, ProviderName } from "./config.ts";
import { creditReportFreshForMs } from "./credit-report/credit-report.freshness.ts";
import type { BusinessCreditReport } from "./credit-report/credit-report.type.ts";
import type { DataProvider } from "./graphql/data-provider.ts";
import { ProviderError } from "./http/provider-error.ts";
import type { Providers } from "./providers.ts";
import type { RedisLink } from "./redis/redis-link.ts";
import { onceATurn } from "./timing.ts";
import { verificationFreshForMs } from "./verification/verification.freshness.ts";
import type { Verification } from "./verification/verification.type.ts";

/** Where each kind of entity is found, for all requests. */
export interface Caches {
  companies: EntitySource<Company>;
  verifications: EntitySource<Verification>;
  creditReports: EntitySource<BusinessCreditReport>;
}

export interface CachesParts {
  providers: Providers;
  access: Record<ProviderName, ProviderAccess>;
  /** The graph's SDL, for what entities look like. */
  sdl: string;
  redis: RedisLink | undefined;
  now: () => number;
  observer?: CacheObserver;
}

/** What of them is opened and closed, and shown to whoever looks after the service. */
export interface OpenCaches extends Caches {
  sharing: ProcessCaches["sharing"];
  close(): Promise<void>;
}

/** Makes the caches, as long-lived as the process, each in front of the read that fills it. */
export async function openCaches(config: Config, parts: CachesParts): Promise<OpenCaches> {
  const { providers, access, sdl, redis, observer = nobodyCounts } = parts;
  const { cache: settings, mode } = config;
  const now = onceATurn(parts.now);
  const caches = new ProcessCaches({
    settings,
    readTimeoutMs: config.reads.timeoutMs,
    kinds: 3,
    redis,
    shape: createHash("sha256").update(sdl).digest("base64url"),
    observer,
    now,
  });
  const { freshMs } = settings;
  const opened = {
    companies: caches.cache<Company>({
      kind: "company",
      account: `${mode} ${access.credas.baseUrl}`,
      read: (id) => providers.credas.findCompany(id),
      freshForMs: (company) => companyFreshForMs(company, freshMs),
      tooLate: () => tooLate("CREDAS"),
    }),
    verifications: caches.cache<Verification>({
      kind: "verification",
      account: `${mode} ${access.truework.baseUrl}`,
      read: (id) => providers.truework.findVerification(id),
      freshForMs: (verification) => verificationFreshForMs(verification, freshMs),
      tooLate: () => tooLate("TRUEWORK"),
    }),
    creditReports: caches.cache<BusinessCreditReport>({
      kind: "credit-report",
      account: `${mode} ${access.youverify.baseUrl}`,
      read: (id) => providers.youverify.findReport(id),
      freshForMs: (report) => creditReportFreshForMs(report, freshMs),
      tooLate: () => tooLate("YOUVERIFY"),
    }),
    sharing: caches.sharing,
    close: () => caches.close(),
  };
  await caches.open();
  return opened;
}

function tooLate(provider: DataProvider): ProviderError {
  return new ProviderError({
    provider,
    kind: "timeout",
    message: "no answer in time, waiting for other instances included",
  });
}
