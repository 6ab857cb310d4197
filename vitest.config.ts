import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** What starts gateways as processes, or a browser: `npm run test:supergraph`. */
export const besideRealRouters = [
  "test/supergraph/{scenario,through-routers,lost-answers,clients}.test.ts",
  "test/explorer/explorer.test.ts",
];

export default defineConfig({
  resolve: {
    // As Node resolves it: two copies of graphql in one process don't know each other's types.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve("graphql")) }],
  },
  test: {
    globalSetup: ["test/support/which-databases.ts"],
    include: ["test/**/*.test.ts"],
    exclude: besideRealRouters,
    // Decorators need it before the first type file is read.
    setupFiles: ["reflect-metadata"],
    sequence: { shuffle: true },
    // Much of the time is spent waiting for processes, so a third worker pays on two cores.
    maxWorkers: 3,
    // Real processes, sockets and databases meet real time here, and a machine that stalls for seconds can make any of them
    // late. At the gate a second try tells a stall from a defect; the report names whatever needed one.
    retry: process.env.CI ? 2 : 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
