import { existsSync } from "node:fs";
import { readRouterSecrets, readTokens, type TokenSettings } from "./auth/token-settings.ts";
import { type BoundsSettings, readBounds } from "./bounds/bounds-settings.ts";
import { type CacheSettings, readCacheSettings } from "./cache/cache-settings.ts";
import { type PaidCallSettings, readDatabaseUrl, readPaidCalls, readPause } from "./charge/charge-settings.ts";
import type { LedgerStep } from "./charge/ledger/ledger.ts";
import type { CompanyField } from "./credit-report/youverify.client.ts";
import { type ExecutionSettings, readExecutionSettings } from "./graphql/execution/execution-settings.ts";
import { type HttpSettings, readHttpSettings } from "./http/http-settings.ts";
import { type RedisSettings, readRedisSettings } from "./redis/redis-settings.ts";
import { type DrainSettings, readDrainSettings } from "./server/drain-settings.ts";
import { type Environment, isLoopback, Settings } from "./settings.ts";
import { readTelemetrySettings, type TelemetrySettings } from "./telemetry/telemetry-settings.ts";

/** Every setting, by who uses it. Durations are in milliseconds. */
export interface Config extends ExecutionSettings {
  production: boolean;
  logLevel: string;
  server: { host: string; port: number; corsOrigins: string[]; maxBodyBytes: number };
  /** How callers are told apart; undefined where everyone is the local developer. */
  tokens: TokenSettings | undefined;
  /** What a request has to carry to show that it came through the router; empty where nothing is asked. */
  routerSecrets: string[];
  bounds: BoundsSettings;
  mode: "sandbox" | "live";
  /** "built-in" where the service is to start the simulated providers itself. */
  providers: "built-in" | Record<ProviderName, ProviderAccess>;
  trueworkApiVersion: string;
  youverifyCompanyField: CompanyField;
  reads: HttpSettings;
  /** `file:…` or `postgres://…`. */
  databaseUrl: string;
  /** What several instances share beside the ledger; undefined where there is one instance only. */
  redis: RedisSettings | undefined;
  /** What is kept of what was read. */
  cache: CacheSettings;
  paidCalls: PaidCallSettings;
  telemetry: TelemetrySettings;
  drain: DrainSettings;
  /** The step of a charge at which a crash test wants the process to stop. */
  pauseAt: LedgerStep | undefined;
}

export type ProviderName = (typeof providerNames)[number];

export interface ProviderAccess {
  /** The provider's origin. */
  baseUrl: string;
  apiKey: string;
}

/** The configuration can't be used. Its message names every problem at once. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`Bad configuration: ${problems.join("; ")}`);
    this.name = "ConfigError";
  }
}

const providerNames = ["credas", "truework", "youverify"] as const;

const explorerOrigins = [
  "https://studio.apollographql.com",
  "https://explorer.embed.apollographql.com",
  "https://sandbox.embed.apollographql.com",
];

/** The process's environment, with what a `.env` file in the working directory adds to it. */
export function loadEnvironment(): Environment {
  if (existsSync(".env")) process.loadEnvFile(".env");
  return process.env;
}

/** @throws ConfigError */
export function readConfig(environment: Environment): Config {
  const settings = new Settings(environment);
  const production = settings.text("NODE_ENV") === "production";
  const mode = readMode(settings, production);
  const host = settings.host("HOST", "127.0.0.1");
  const reads = readHttpSettings(settings);
  const paidCalls = readPaidCalls(settings);
  const config: Config = {
    production,
    mode,
    tokens: readTokens(settings),
    routerSecrets: readRouterSecrets(settings),
    bounds: readBounds(settings),
    ...readExecutionSettings(settings),
    logLevel: settings.oneOf("LOG_LEVEL", ["fatal", "error", "warn", "info", "debug", "trace", "silent"]) ?? "info",
    server: {
      host,
      port: settings.integer("PORT", 4001, { min: 0, max: 65_535 }),
      maxBodyBytes: settings.integer("MAX_BODY_BYTES", 1_000_000, { min: 1_000, max: 100_000_000 }),
      corsOrigins: settings.webOrigins("CORS_ORIGINS", explorerOrigins),
    },
    providers: readProviders(settings, mode),
    trueworkApiVersion: readTrueworkVersion(settings),
    youverifyCompanyField:
      settings.oneOf("YOUVERIFY_COMPANY_FIELD", ["companyNumber", "companyName"]) ?? "companyNumber",
    reads,
    databaseUrl: readDatabaseUrl(settings, {
      production,
      live: mode === "live",
      // The built-in sandbox forgets what it charged when it ends, and so must a ledger of it.
      forgetful: mode === "sandbox" && namedProviders(settings).length === 0,
    }),
    redis: readRedisSettings(settings),
    cache: readCacheSettings(settings),
    paidCalls,
    telemetry: readTelemetrySettings(settings, host),
    // What was bought is read after it was paid for.
    drain: readDrainSettings(settings, { production, longestMs: paidCalls.timeoutMs + reads.timeoutMs }),
    pauseAt: readPause(settings, production),
  };
  refuseOpenDoors(settings, config);
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    settings.problem("NODE_TLS_REJECT_UNAUTHORIZED: expected nothing, for it would hand our keys to whoever answers");
  }
  if (settings.problems.length > 0) throw new ConfigError(settings.problems);
  return config;
}

function readMode(settings: Settings, production: boolean): Config["mode"] {
  const said = settings.oneOf("PROVIDERS", ["sandbox", "live"]);
  if (production && !settings.has("PROVIDERS")) {
    settings.problem("PROVIDERS: expected sandbox or live, said outright in production");
  }
  return said ?? (namedProviders(settings).length > 0 ? "live" : "sandbox");
}

function readProviders(settings: Settings, mode: Config["mode"]): Config["providers"] {
  if (mode === "sandbox" && namedProviders(settings).length === 0) return "built-in";
  const access = providerNames.map((name) => [name, readAccess(settings, name, mode)] as const);
  return Object.fromEntries(access) as Record<ProviderName, ProviderAccess>;
}

function readAccess(settings: Settings, name: ProviderName, mode: Config["mode"]): ProviderAccess {
  const [urlName, keyName] = variablesOf(name);
  const [baseUrl, apiKey] = [settings.origin(urlName), settings.secret(keyName)];
  if (!settings.has(urlName)) settings.problem(`${urlName} is missing`);
  if (!settings.hasSecret(keyName)) settings.problem(`${keyName} is missing`);
  if (apiKey && !/^[\x21-\x7e]+$/.test(apiKey)) settings.problem(`${keyName}: expected visible ASCII characters only`);
  if (mode === "sandbox" && baseUrl && !isLoopback(new URL(baseUrl).hostname)) {
    settings.problem(`${urlName}: expected a loopback address, for PROVIDERS is sandbox`);
  }
  return { baseUrl: baseUrl ?? "", apiKey: apiKey ?? "" };
}

function readTrueworkVersion(settings: Settings): string {
  const version = settings.text("TRUEWORK_API_VERSION") ?? "2022-08-01";
  if (!/^\d{4}-\d{2}-\d{2}$/.test(version)) {
    settings.problem("TRUEWORK_API_VERSION: expected a version such as 2022-08-01");
  } else if (version >= "2023-10-30") {
    settings.problem(
      "TRUEWORK_API_VERSION: expected one before 2023-10-30, from which on the reverify endpoint is gone",
    );
  }
  return version;
}

// Without tokens everyone who reaches the service may read and spend: so nobody else may reach it, and nothing real is behind it.
function refuseOpenDoors(settings: Settings, { mode, server, tokens }: Config): void {
  // Where a token's setting is wrong, that is the problem to name; where there is none to name, the door is open.
  if (tokens || settings.problems.some((problem) => problem.startsWith("JWT_"))) return;
  if (mode === "live") {
    settings.problem(
      "JWT_JWKS_URL or JWT_PUBLIC_KEY is missing: live data needs callers' tokens, or PROVIDERS=sandbox",
    );
  }
  if (!isLoopback(server.host)) {
    settings.problem(
      "HOST: expected a loopback address such as 127.0.0.1, for without JWT_* nobody's token is checked",
    );
  }
}

function namedProviders(settings: Settings): ProviderName[] {
  return providerNames.filter((name) => variablesOf(name).some((variable) => settings.hasSecret(variable)));
}

function variablesOf(name: ProviderName): readonly [baseUrl: string, apiKey: string] {
  return [`${name.toUpperCase()}_BASE_URL`, `${name.toUpperCase()}_API_KEY`];
}
