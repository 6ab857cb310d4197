// Decorators need it before the first type file is read.
import "reflect-metadata";

import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { printSchema } from "graphql";
import { type Authenticator, requireTokens, trustEveryone } from "./auth/authenticate.ts";
import { RouterSecrets } from "./auth/router-secrets.ts";
import { TokenVerifier } from "./auth/token-verifier.ts";
import { BoundsGate } from "./bounds/bounds-gate.ts";
import { checkValue } from "./bounds/value-bounds.ts";
import { openCaches } from "./caches.ts";
import { openCharges } from "./charges.ts";
import type { Config, ProviderAccess, ProviderName } from "./config.ts";
import { type Context, createContext } from "./context.ts";
import { createApollo } from "./graphql/apollo.ts";
import { createExecution } from "./graphql/execution.ts";
import type { KnownOperations } from "./graphql/known-operations.ts";
import { paidFieldsOf } from "./graphql/scopes.ts";
import { createProviders } from "./providers.ts";
import type { RedisLink } from "./redis/redis-link.ts";
import type { RedisSettings } from "./redis/redis-settings.ts";
import { createSchema } from "./schema.ts";
import { closeServer } from "./server/drain.ts";
import { explorerQuery } from "./server/explorer.ts";
import { Health } from "./server/health.ts";
import { createOperationCheck } from "./server/operation-check.ts";
import type { ServiceLog } from "./server/request-log.ts";
import { createServer } from "./server/server.ts";
import { openTelemetry } from "./telemetry/telemetry.ts";

export interface App {
  server: FastifyInstance;
  health: Health;
  /** Answers what has been accepted, waits for paid calls on their way, then lets go of everything. */
  close(): Promise<void>;
}

export interface AppParts {
  log: ServiceLog;
  /** Which queries need not be seen by Apollo Server again; by default those it has seen. */
  known?: KnownOperations | undefined;
  now?: () => number;
}

/** Makes everything that lives as long as the process. It does not listen yet. */
export async function createApp(config: Config, { log, known, now = Date.now }: AppParts): Promise<App> {
  const opened: { close(): Promise<unknown> }[] = [];
  const close = async () => {
    for (const part of opened.toReversed()) await part.close();
  };
  try {
    const health = new Health();
    const telemetry = opening(opened, await openTelemetry(config.telemetry, log));
    const redis = config.redis && opening(opened, await createRedisLink(config.redis, log));
    await redis?.open();
    if (redis) telemetry.showRedis(redis);
    const access = opening(opened, await openProviders(config, log));
    const { providers } = opening(opened, createProviders(config, access, { redis, observer: telemetry.http }));
    const schema = createSchema();
    const caches = opening(
      opened,
      await openCaches(config, { providers, access, sdl: printSchema(schema), redis, now, observer: telemetry.cache }),
    );
    if (caches.sharing) telemetry.showSharing(caches.sharing);
    const observer = telemetry.ledger;
    const { ledger, charges } = opening(opened, await openCharges(config, { providers, observer, log, now }));
    telemetry.showLedger({ countUnknown: () => charges.countUnknown(), countOnTheirWay: () => ledger.onTheirWay });
    const { production, bounds } = config;
    const checkOperation = createOperationCheck(bounds);
    const routerOnly = config.routerSecrets.length > 0;
    const { execute, direct, alsoTell } = createExecution<Context>(config, { schema, checkOperation, known });
    const apollo = createApollo<Context>({ schema, production, routerOnly, log, checkOperation, execute, alsoTell });
    await apollo.start();
    opened.push({ close: () => apollo.stop() });
    const parts = {
      providers,
      caches,
      ledger,
      charges,
      checkValueSize: (value: object) => checkValue(value, bounds),
      maxLookups: bounds.maxLookups,
      paidFieldsTimeoutMs: config.paidCalls.timeoutMs,
    };
    const server = await createServer({
      apollo,
      direct,
      authenticator: createAuthenticator(config, log),
      bounds: new BoundsGate(bounds, paidFieldsOf(schema)),
      now,
      log,
      health,
      requests: telemetry.requests,
      metrics: telemetry.beside ? telemetry.registry : undefined,
      corsOrigins: config.server.corsOrigins,
      maxBodyBytes: config.server.maxBodyBytes,
      createContext: (request) => createContext(request, parts),
      explorerQuery: config.mode === "sandbox" && !config.production ? explorerQuery : undefined,
    });
    opened.push({ close: () => closeServer(server, config.drain.timeoutMs, log) });
    return { server, health, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function opening<Part extends { close(): Promise<unknown> }>(
  opened: { close(): Promise<unknown> }[],
  part: Part,
): Part {
  opened.push(part);
  return part;
}

function createAuthenticator({ tokens, routerSecrets }: Config, log: FastifyBaseLogger): Authenticator {
  const secrets = new RouterSecrets(routerSecrets);
  return tokens ? requireTokens(new TokenVerifier(tokens, log), secrets) : trustEveryone(secrets);
}

// Read where it is used only, as the sandbox is: a start takes as long as what is imported, and its client is a quarter of that.
async function createRedisLink(settings: RedisSettings, log: FastifyBaseLogger): Promise<RedisLink> {
  const { RedisLink } = await import("./redis/redis-link.ts");
  return new RedisLink(settings, log);
}

type ProviderAddresses = Record<ProviderName, ProviderAccess> & { close(): Promise<void> };

async function openProviders({ providers }: Config, log: FastifyBaseLogger): Promise<ProviderAddresses> {
  if (providers !== "built-in") return { ...providers, close: async () => {} };
  const { startSandbox } = await import("./sandbox/sandbox.ts");
  const sandbox = await startSandbox();
  const { credas, truework, youverify } = sandbox;
  log.info(
    { credas: credas.baseUrl, truework: truework.baseUrl, youverify: youverify.baseUrl },
    "sandbox: the three providers are simulated, and nothing costs money",
  );
  return { credas, truework, youverify, close: () => sandbox.close() };
}
