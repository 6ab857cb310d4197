// Decorators need it before the first type file is read.
import "reflect-metadata";

import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { GraphQLSchema } from "graphql";

/**
 * `npm run bench:limits`: what the bounds and the scopes add to a valid request. Two services in this process, one with and
 * one without them, on one simulated backend, are asked the same in turns. An argument says how many rounds; 2000 by default.
 */

// The built modules: sources with decorators can't run without the build, and what is measured should be what runs.
const { readConfig } = await built<typeof import("../../src/config.ts")>("config.js");
const { startSandbox } = await built<typeof import("../../src/sandbox/sandbox.ts")>("sandbox/sandbox.js");
const { openCaches } = await built<typeof import("../../src/caches.ts")>("caches.js");
const { createProviders } = await built<typeof import("../../src/providers.ts")>("providers.js");
const { openCharges } = await built<typeof import("../../src/charges.ts")>("charges.js");
const { createContext } = await built<typeof import("../../src/context.ts")>("context.js");
const { createSchema, subgraphParts } = await built<typeof import("../../src/schema.ts")>("schema.js");
const { composeSchema } =
  await built<typeof import("../../src/graphql/federated-schema.ts")>("graphql/federated-schema.js");
const { createApollo } = await built<typeof import("../../src/graphql/apollo.ts")>("graphql/apollo.js");
const { paidFieldsOf } = await built<typeof import("../../src/graphql/scopes.ts")>("graphql/scopes.js");
const { BoundsGate } = await built<typeof import("../../src/bounds/bounds-gate.ts")>("bounds/bounds-gate.js");
const { createOperationCheck } =
  await built<typeof import("../../src/server/operation-check.ts")>("server/operation-check.js");
const { createServer } = await built<typeof import("../../src/server/server.ts")>("server/server.js");
const { createLog } = await built<typeof import("../../src/telemetry/log.ts")>("telemetry/log.js");

type Context = ReturnType<typeof createContext>;

interface Limits {
  schema: GraphQLSchema;
  bounds: { check(asked: object): void };
  checkOperation: Parameters<typeof createApollo>[0]["checkOperation"];
}

const rounds = Number(process.argv[2] ?? 2_000);
const warmUpRounds = Math.min(500, rounds);

const config = readConfig({ LOG_LEVEL: "silent", TRUEWORK_CALLS_PER_SECOND: "10000", CACHE_MAX_BYTES: "0" });
const log = createLog("silent");
const sandbox = await startSandbox();
const { providers, close: closeProviders } = createProviders(config, sandbox);
const caches = await openCaches(config, {
  providers,
  access: sandbox,
  sdl: "",
  redis: undefined,
  now: Date.now,
});
const { ledger, charges, close: closeCharges } = await openCharges(config, { providers, log, now: Date.now });

const guardedSchema = createSchema();
const servers = {
  with: await serve({
    schema: guardedSchema,
    bounds: new BoundsGate(config.bounds, paidFieldsOf(guardedSchema)),
    checkOperation: createOperationCheck(config.bounds),
  }),
  without: await serve({ schema: composeSchema(subgraphParts), bounds: { check: () => {} }, checkOperation: () => {} }),
};

const file = (name: string) =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), "utf8");
const representations = Array.from({ length: 20 }, (_, i) => ({ __typename: "Company", id: String(6510 + (i % 9)) }));
const requests: Record<string, { query: string; variables: object }> = {
  "a company's file": { query: file("company"), variables: { id: "6510" } },
  "a verification's file": { query: file("verification"), variables: { id: "vr_sandbox_completed_one_report" } },
  "20 entities": {
    query:
      "query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Company { id name status } } }",
    variables: { representations },
  },
};

const lines = [];
for (const [name, request] of Object.entries(requests)) lines.push(await measure(name, request));
process.stdout.write(`${lines.join("\n")}\n`);

for (const server of Object.values(servers)) await server.close();
await closeCharges();
await closeProviders();
await sandbox.close();

async function measure(name: string, request: object): Promise<string> {
  const times: Record<keyof typeof servers, number[]> = { with: [], without: [] };
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    // In turns, and each one first as often as the other.
    const order = round % 2 === 0 ? (["with", "without"] as const) : (["without", "with"] as const);
    for (const which of order) {
      const ms = await timed(servers[which], request);
      if (round >= 0) times[which].push(ms);
    }
  }
  const [limited, unlimited] = [median(times.with), median(times.without)];
  const share = ((limited / unlimited - 1) * 100).toFixed(1);
  return `${name}: ${limited.toFixed(3)} ms with limits, ${unlimited.toFixed(3)} ms without, ${share} % (medians of ${rounds})`;
}

async function timed(server: FastifyInstance, payload: object): Promise<number> {
  const beganMs = performance.now();
  const { statusCode, body } = await server.inject({ method: "POST", url: "/graphql", payload });
  const ms = performance.now() - beganMs;
  if (statusCode !== 200 || body.includes('"errors"'))
    throw new Error(`Expected a valid request, got ${statusCode} ${body}`);
  return ms;
}

async function serve({ schema, bounds, checkOperation }: Limits): Promise<FastifyInstance> {
  const apollo = createApollo<Context>({ schema, production: false, routerOnly: false, log, checkOperation });
  await apollo.start();
  const scopes = new Set(["company:read", "verification:read", "credit-report:read"]);
  return createServer<Context>({
    apollo,
    authenticator: {
      recall: () => undefined,
      authenticate: async () => ({ id: "bench", can: (scope) => scopes.has(scope) }),
      cameThroughRouter: () => false,
    },
    bounds,
    createContext: (request) =>
      createContext(request, {
        providers,
        caches,
        ledger,
        charges,
        checkValueSize: () => {},
        maxLookups: 10_000,
        paidFieldsTimeoutMs: 25_000,
      }),
    now: Date.now,
    log,
    corsOrigins: [],
    maxBodyBytes: 1_000_000,
  });
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

async function built<Module>(path: string): Promise<Module> {
  return import(new URL(`../../dist/${path}`, import.meta.url).href);
}
