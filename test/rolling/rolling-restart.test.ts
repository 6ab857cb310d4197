import { afterEach, describe, expect, it } from "vitest";
import { makePostgresLedger } from "../crash/ledger-place.ts";
import { postgresServer } from "../support/ledger-databases.ts";
import { endAllBuilt } from "../support/service-process.ts";
import { restartInTurns } from "./rolling-restart.ts";

// The short form of `npm run test:rolling`.
describe.runIf(postgresServer)("two instances behind a proxy that honours readiness", () => {
  afterEach(() => endAllBuilt());

  it("are restarted in turns under load: no request fails, and no paid call is lost or doubled", {
    timeout: 180_000,
  }, async () => {
    const ledger = await makePostgresLedger(postgresServer ?? "");

    const { violations, purchases, audit } = await restartInTurns(ledger, 2);
    await endAllBuilt();
    await ledger.remove();

    expect(violations).toEqual([]);
    expect(purchases.length).toBeGreaterThan(0);
    expect(audit.charges).toBe(purchases.length);
  });
});
