import type { LedgerPlace } from "./ledger-place.ts";
import { type SandboxProcess, startSandbox } from "./sandbox-process.ts";
import { startTestedService, type TestedService } from "./tested-service.ts";

/** One ledger, the providers it accounts for, and services to be killed. */
export interface World {
  ledger: LedgerPlace;
  sandbox: SandboxProcess;
  start(settings?: Record<string, string>): Promise<TestedService>;
}

/** One account, one ledger: each world has a sandbox of its own. */
export async function openWorld(ledger: LedgerPlace): Promise<World> {
  const sandbox = await startSandbox();
  const common = { ...sandbox.env, DATABASE_URL: ledger.url, PAID_CALL_TIMEOUT_MS: "5000" };
  return { ledger, sandbox, start: (settings = {}) => startTestedService({ ...common, ...settings }) };
}
