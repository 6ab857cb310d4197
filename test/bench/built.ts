// Decorators need it before the first type file is read.
import "reflect-metadata";

/**
 * The built modules: sources with decorators and parameter properties can't run without the build, and what is measured
 * should be what runs.
 */
export const built = {
  config: await load<typeof import("../../src/config.ts")>("config.js"),
  providers: await load<typeof import("../../src/providers.ts")>("providers.js"),
  charges: await load<typeof import("../../src/charges.ts")>("charges.js"),
  openLedger: await load<typeof import("../../src/charge/store/open-ledger.ts")>("charge/store/open-ledger.js"),
  store: await load<typeof import("../../src/charge/store/charge-store.ts")>("charge/store/charge-store.js"),
  list: await load<typeof import("../../src/charge/charge.list.ts")>("charge/charge.list.js"),
};

async function load<Module>(path: string): Promise<Module> {
  return import(new URL(`../../dist/${path}`, import.meta.url).href);
}
