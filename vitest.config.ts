import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    // As Node resolves it: two copies of graphql in one process don't know each other's types.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve("graphql")) }],
  },
  test: {
    globalSetup: ["test/support/which-databases.ts"],
    include: ["test/**/*.test.ts"],
    // Decorators need it before the first type file is read.
    setupFiles: ["reflect-metadata"],
    sequence: { shuffle: true },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
