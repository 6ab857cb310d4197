import { createPublicKey } from "node:crypto";
import { existsSync } from "node:fs";
import type { TokenSettings } from "./auth/token-verifier.ts";
import type { DocumentBounds } from "./bounds/document-bounds.ts";
import { type CacheSettings, readCacheSettings } from "./cache/cache-settings.ts";
import type { LedgerStep } from "./charge/ledger/ledger.ts";
import type { CompanyField } from "./credit-report/youverify.client.ts";
import { type ExecutionSettings, readExecutionSettings } from "./graphql/execution/execution-settings.ts";
import { type HttpSettings, readHttpSettings } from "./http/http-settings.ts";
import { type RedisSettings, readRedisSettings } from "./redis/redis-settings.ts";
import { type DrainSettings, readDrainSettings } from "./server/drain-settings.ts";
import { type Environment, isLoopback, Settings } from "./settings.ts";
import { readTelemetrySettings, type TelemetrySettings } from "./telemetry/telemetry-settings.ts";

/** Every setting, by who uses it. Durations are in milliseconds. */
export interface Config {
  production: boolean;
  logLevel: string;
  server: { host: string; port: number; corsOrigins: string[]; maxBodyBytes: number };
  /** How callers are told apart; undefined where everyone is the local developer. */
  tokens: TokenSettings | undefined;
  /** What a request has to carry to show that it came through the router; empty where nothing is asked. */
  routerSecrets: string[];
  bounds: DocumentBounds & { maxRepresentations: number; maxLookups: number };
  execution: ExecutionSettings["execution"];
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
  paidCalls: {
    enabled: boolean;
    /** How long a client waits for its paid fields. */
    timeoutMs: number;
    /** When a call without an answer becomes UNKNOWN. */
    abandonMs: number;
    /** How long its answer is listened for; one that comes after it was given up on still settles the charge. */
    listenMs: number;
    /** Claims per caller and UTC day. */
    dailyLimit: number | undefined;
  };
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
    databaseUrl: readDatabaseUrl(settings, mode, production),
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

function readDatabaseUrl(settings: Settings, mode: Config["mode"], production: boolean): string {
  const url = settings.secret("DATABASE_URL");
  if (url && !/^(file:.|postgres(ql)?:\/\/.)/.test(url)) {
    settings.problem("DATABASE_URL: expected file:… for SQLite or postgres://… for PostgreSQL");
  } else if (url && !url.startsWith("file:") && !URL.canParse(url)) {
    settings.problem("DATABASE_URL: expected a URL, with special characters in the password percent-encoded");
  }
  if (url && mode === "live" && isForgetful(url)) {
    settings.problem(
      "DATABASE_URL: expected a place that outlives the process, for with live providers what is forgotten is paid for twice",
    );
  }
  if (!url && production)
    settings.problem("DATABASE_URL is missing: in production the ledger's place is said outright");
  if (url) return url;
  // The built-in sandbox forgets what it charged when it ends, and so must a ledger of it.
  return mode === "sandbox" && namedProviders(settings).length === 0 ? "file::memory:" : "file:./data/diligence.db";
}

// SQLite takes `:memory:`, an empty name and, after a second `file:`, a URI that may ask for memory in several ways.
function isForgetful(url: string): boolean {
  const path = url.startsWith("file:") ? url.slice("file:".length).trim() : undefined;
  return path !== undefined && (path === "" || /^file:|:memory:|[?&](mode|vfs)=mem/i.test(path));
}

function readPaidCalls(settings: Settings): Config["paidCalls"] {
  const timeoutMs = settings.integer("PAID_CALL_TIMEOUT_MS", 25_000, { min: 100, max: 600_000 });
  const abandonMs = settings.integer("PAID_CALL_ABANDON_MS", 120_000, { min: 100, max: 3_600_000 });
  if (abandonMs < timeoutMs) {
    settings.problem(
      "PAID_CALL_ABANDON_MS: expected at least PAID_CALL_TIMEOUT_MS, for a client waits no longer than the call",
    );
  }
  return {
    enabled: settings.oneOf("PAID_CALLS", ["on", "off"]) !== "off",
    timeoutMs,
    abandonMs,
    // A provider that has said nothing for five times as long will say nothing.
    listenMs: abandonMs * 5,
    dailyLimit: settings.has("DAILY_CHARGE_LIMIT")
      ? settings.integer("DAILY_CHARGE_LIMIT", 0, { min: 1, max: 1_000_000 })
      : undefined,
  };
}

function readPause(settings: Settings, production: boolean): Config["pauseAt"] {
  if (production && settings.has("TEST_PAUSE_AT")) settings.problem("TEST_PAUSE_AT: expected nothing in production");
  return settings.oneOf("TEST_PAUSE_AT", ["claimed", "answered", "settled"]);
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

function readTokens(settings: Settings): TokenSettings | undefined {
  const names = ["JWT_JWKS_URL", "JWT_PUBLIC_KEY", "JWT_ISSUER", "JWT_AUDIENCE"];
  if (!names.some((name) => settings.hasSecret(name))) return undefined;
  for (const name of ["JWT_ISSUER", "JWT_AUDIENCE"]) if (!settings.has(name)) settings.problem(`${name} is missing`);
  const keys = readTokenKeys(settings);
  const [issuer, audience] = [settings.text("JWT_ISSUER"), settings.text("JWT_AUDIENCE")];
  if (!keys || !issuer || !audience) return undefined;
  return { keys, issuer, audience, callerClaim: settings.text("CALLER_CLAIM") ?? "sub" };
}

function readTokenKeys(settings: Settings): TokenSettings["keys"] | undefined {
  if (settings.has("JWT_JWKS_URL") === settings.hasSecret("JWT_PUBLIC_KEY")) {
    return settings.problem("JWT_JWKS_URL, JWT_PUBLIC_KEY: expected one of them");
  }
  const jwksUrl = settings.url("JWT_JWKS_URL");
  if (settings.has("JWT_JWKS_URL")) return jwksUrl ? { jwksUrl } : undefined;
  // In a .env file a PEM has to stand on one line.
  const publicKeyPem = settings.secret("JWT_PUBLIC_KEY")?.replaceAll("\\n", "\n");
  if (publicKeyPem && isUsablePublicKey(publicKeyPem)) return { publicKeyPem };
  return settings.problem("JWT_PUBLIC_KEY: expected a public key in PEM: RSA of at least 2048 bits, EC or Ed25519");
}

function isUsablePublicKey(pem: string): boolean {
  if (pem.includes("PRIVATE KEY")) return false;
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey(pem);
    if (type === "rsa") return (details?.modulusLength ?? 0) >= 2048;
    return type === "ed25519" || (type === "ec" && curves.has(details?.namedCurve));
  } catch {
    return false;
  }
}

// P-256, P-384 and P-521 by the names that OpenSSL gives them.
const curves = new Set<string | undefined>(["prime256v1", "secp384r1", "secp521r1"]);

function readRouterSecrets(settings: Settings): string[] {
  const secrets =
    settings
      .secret("ROUTER_SECRET")
      ?.split(",")
      .map((secret) => secret.trim()) ?? [];
  if (secrets.some((secret) => !/^[\x21-\x7e]{16,}$/.test(secret))) {
    settings.problem(
      "ROUTER_SECRET: expected at least 16 visible ASCII characters, or two such secrets with a comma between them",
    );
  }
  return secrets;
}

function readBounds(settings: Settings): Config["bounds"] {
  const upTo = (name: string, fallback: number) => settings.integer(name, fallback, { min: 1, max: 1_000_000 });
  return {
    maxTokens: upTo("MAX_TOKENS", 5_000),
    maxDepth: upTo("MAX_DEPTH", 20),
    maxAliases: upTo("MAX_ALIASES", 50),
    maxRepeats: upTo("MAX_FIELD_REPEATS", 20),
    maxDirectives: upTo("MAX_DIRECTIVES", 20),
    maxRootFields: upTo("MAX_ROOT_FIELDS", 50),
    maxPaidFields: upTo("MAX_PAID_FIELDS", 5),
    maxRepresentations: upTo("MAX_REPRESENTATIONS", 1_000),
    maxLookups: upTo("MAX_LOOKUPS", 2_000),
    maxStringLength: upTo("MAX_STRING_LENGTH", 5_000),
    maxJsonDepth: upTo("MAX_JSON_DEPTH", 10),
    maxJsonMembers: upTo("MAX_JSON_MEMBERS", 20_000),
  };
}

function namedProviders(settings: Settings): ProviderName[] {
  return providerNames.filter((name) => variablesOf(name).some((variable) => settings.hasSecret(variable)));
}

function variablesOf(name: ProviderName): readonly [baseUrl: string, apiKey: string] {
  return [`${name.toUpperCase()}_BASE_URL`, `${name.toUpperCase()}_API_KEY`];
}
