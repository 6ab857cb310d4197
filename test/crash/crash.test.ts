import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endAllBuilt } from "../support/service-process.ts";
import { killAt } from "./kills.ts";
import { type LedgerPlace, makeSqliteLedger } from "./ledger-place.ts";
import { reverifyVerification } from "./paid-mutations.ts";
import { answered, claimed, inPreRead, sent, settled } from "./steps.ts";
import { openWorld, type World } from "./world.ts";

/** The short form of `npm run test:crash`, which kills every paid mutation, on PostgreSQL too, and at random. */
describe("a service killed in the middle of a charge", () => {
  let ledger: LedgerPlace;
  let world: World;

  beforeAll(async () => {
    ledger = await makeSqliteLedger();
    world = await openWorld(ledger);
  });

  afterAll(async () => {
    await endAllBuilt();
    await ledger.remove();
  });

  it.each([inPreRead, claimed, sent, answered, settled])(
    "never charges twice, and forgets nothing: $title",
    { timeout: 60_000 },
    async (step) => {
      const [finding] = await killAt(step, [reverifyVerification], world);

      expect(finding?.violations).toEqual([]);
    },
  );
});
