// Decorators need it before the first type file is read.
import "reflect-metadata";

import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { type Authenticator, requireTokens, trustEveryone } from "./auth/authenticate.ts";
import { RouterSecrets } from "./auth/router-secrets.ts";
import { TokenVerifier } from "./auth/token-verifier.ts";
import { BoundsGate } from "./bounds/bounds-gate.ts";
import { openCharges } from "./charges.ts";
import type { Config, ProviderAccess, ProviderName } from "./config.ts";
import { type Context, createContext } from "./context.ts";
import { createApollo } from "./graphql/apollo.ts";
import { createExecution } from "./graphql/execution.ts";
import type { KnownOperations } from "./graphql/known-operations.ts";
import { paidFieldsOf } from "./graphql/scopes.ts";
import { createOperationCheck } from "./operation-check.ts";
import { createProviders } from "./providers.ts";
import { startSandbox } from "./sandbox/sandbox.ts";
import { createSchema } from "./schema.ts";
import { createServer } from "./server.ts";

export interface App {
  server: FastifyInstance;
  /** Answers what has been accepted, waits for paid calls on their way, then lets go of everything. */
  close(): Promise<void>;
}

export interface AppParts {
  log: FastifyBaseLogger;
  /** Which queries need not be seen by Apollo Server again; by default those it has seen. */
  known?: KnownOperations | undefined;
  now?: () => number;
}

const explorerQuery = `query FirstLook {
  company(id: "6510") {
    name
    registrationNumber
    status
    report {
      fetchedAt
      directors {
        name
        nationality
      }
    }
  }
}
`;

/** Makes everything that lives as long as the process. It does not listen yet. */
export async function createApp(config: Config, { log, known, now = Date.now }: AppParts): Promise<App> {
  const opened: { close(): Promise<unknown> }[] = [];
  const close = async () => {
    for (const part of opened.toReversed()) await part.close();
  };
  try {
    const access = opening(opened, await openProviders(config, log));
    const { providers } = opening(opened, createProviders(config, access));
    const { ledger, charges } = opening(opened, await openCharges(config, { providers, log, now }));
    const schema = createSchema();
    const { production, bounds } = config;
    const checkOperation = createOperationCheck(bounds);
    const { execute, direct, alsoTell } = createExecution<Context>(config, { schema, checkOperation, known });
    const apollo = createApollo<Context>({ schema, production, log, checkOperation, execute, alsoTell });
    await apollo.start();
    opened.push({ close: () => apollo.stop() });
    const parts = { providers, ledger, charges, paidFieldsTimeoutMs: config.paidCalls.timeoutMs };
    const server = await createServer({
      apollo,
      direct,
      authenticator: createAuthenticator(config),
      bounds: new BoundsGate(bounds, paidFieldsOf(schema)),
      now,
      log,
      corsOrigins: config.server.corsOrigins,
      maxBodyBytes: config.server.maxBodyBytes,
      createContext: (request) => createContext(request, parts),
      explorerQuery: config.mode === "sandbox" && !config.production ? explorerQuery : undefined,
    });
    opened.push(server);
    return { server, close };
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

function createAuthenticator({ tokens, routerSecrets }: Config): Authenticator {
  const secrets = new RouterSecrets(routerSecrets);
  return tokens ? requireTokens(new TokenVerifier(tokens), secrets) : trustEveryone(secrets);
}

type ProviderAddresses = Record<ProviderName, ProviderAccess> & { close(): Promise<void> };

async function openProviders({ providers }: Config, log: FastifyBaseLogger): Promise<ProviderAddresses> {
  if (providers !== "built-in") return { ...providers, close: async () => {} };
  const sandbox = await startSandbox();
  const { credas, truework, youverify } = sandbox;
  log.info(
    { credas: credas.baseUrl, truework: truework.baseUrl, youverify: youverify.baseUrl },
    "sandbox: the three providers are simulated, and nothing costs money",
  );
  return { credas, truework, youverify, close: () => sandbox.close() };
}
