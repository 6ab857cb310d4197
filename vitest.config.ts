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
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
