import { defineConfig } from "vitest/config";
import config, { besideRealRouters } from "./vitest.config.ts";

/** `npm run test:supergraph`: the tests that start gateways as processes, or a browser. They take half a minute. */
export default defineConfig({
  ...config,
  test: { ...config.test, globalSetup: [], include: besideRealRouters, exclude: [] },
});
