import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { FastifyInstance } from "fastify";
import { print } from "graphql";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Environment } from "../../src/settings.ts";
import { createLog } from "../../src/telemetry/log.ts";
import type { GraphAnswer, Json } from "./graph-answer.ts";
import { askFromTheDoor } from "./inject.ts";
import { knownFromTheBeginning } from "./known-operations.ts";
import { steadyProviders } from "./steady-providers.ts";
import { testedEnvironment } from "./tested-environment.ts";

/**
 * The whole service in this process, as `main.ts` composes it, without a socket. No copies are kept between requests unless
 * a test asks for it (`keepingCopies`): what a provider was called for is then told by one request alone.
 */
export interface Graph {
  server: FastifyInstance;
  /** Everything logged so far, a JSON text per line. */
  logged(): string;
  ask<Data = Json, Variables = Json>(
    query: string | TypedDocumentNode<Data, Variables>,
    variables?: Variables,
  ): Promise<GraphAnswer<Data>>;
  close(): Promise<void>;
}

export interface GraphOptions {
  environment?: Environment;
  now?: () => number;
}

/** Keeps copies between requests, as in production. */
export const keepingCopies: Environment = { CACHE_MAX_BYTES: "" };

export async function startGraph({ environment = {}, now }: GraphOptions = {}): Promise<Graph> {
  const lines: string[] = [];
  const log = createLog("trace", { write: (line: string) => void lines.push(line) });
  const steady = { ...steadyProviders, CACHE_MAX_BYTES: "0", ...testedEnvironment };
  const config = readConfig({ ...steady, ...environment });
  const { server, close } = await createApp(config, { log, known: knownFromTheBeginning(), ...(now && { now }) });
  askFromTheDoor(server);
  return {
    server,
    logged: () => lines.join(""),
    ask: async (query, variables) => {
      const text = typeof query === "string" ? query : print(query);
      const response = await server.inject({ method: "POST", url: "/graphql", payload: { query: text, variables } });
      return response.json();
    },
    close,
  };
}

export interface SandboxGraph extends Graph {
  sandbox: Sandbox;
  /** Forgets calls, charges and faults. */
  startOver(): void;
}

/** The same in front of a sandbox of its own, whose calls can be counted. */
export async function startSandboxGraph({ environment, now }: GraphOptions = {}): Promise<SandboxGraph> {
  const sandbox = await startSandbox();
  const graph = await startGraph({
    environment: { ...sandboxEnvironment(sandbox), ...environment },
    ...(now && { now }),
  });
  return {
    ...graph,
    sandbox,
    startOver: () => {
      for (const provider of [sandbox.credas, sandbox.truework, sandbox.youverify]) provider.reset();
    },
    close: async () => {
      await graph.close();
      await sandbox.close();
    },
  };
}

/** What points a service at a sandbox that runs already. */
export function sandboxEnvironment({ credas, truework, youverify }: Sandbox): Environment {
  return {
    PROVIDERS: "sandbox",
    DATABASE_URL: "file::memory:",
    CREDAS_BASE_URL: credas.baseUrl,
    CREDAS_API_KEY: credas.apiKey,
    TRUEWORK_BASE_URL: truework.baseUrl,
    TRUEWORK_API_KEY: truework.apiKey,
    YOUVERIFY_BASE_URL: youverify.baseUrl,
    YOUVERIFY_API_KEY: youverify.apiKey,
  };
}
