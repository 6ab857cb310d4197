import type { FastifyBaseLogger } from "fastify";
import { Ledger, type LedgerStep } from "./charge/ledger/ledger.ts";
import type { LedgerObserver } from "./charge/ledger-observer.ts";
import { ChargeStore } from "./charge/store/charge-store.ts";
import { openLedger } from "./charge/store/open-ledger.ts";
import type { Config } from "./config.ts";
import type { Providers } from "./providers.ts";
import { EvidenceSearch } from "./verification/evidence-search.ts";

export interface ChargesParts {
  providers: Providers;
  /** Whoever counts charges. */
  observer?: LedgerObserver;
  log: FastifyBaseLogger;
  now: () => number;
}

/** Everything that keeps account of the money: the ledger's rules, its store, and the search for lost answers. */
export async function openCharges(
  { databaseUrl, mode, paidCalls, pauseAt }: Config,
  { providers, observer, log, now }: ChargesParts,
) {
  const charges = new ChargeStore(await openLedger(databaseUrl, mode, log), observer);
  const truework = providers.truework.unhurried();
  const evidence = new EvidenceSearch({ charges, truework, abandonMs: paidCalls.abandonMs, log });
  const ledger = new Ledger(charges, {
    paidCalls: paidCalls.enabled,
    dailyLimit: paidCalls.dailyLimit,
    abandonMs: paidCalls.abandonMs,
    log,
    now,
    onUnknown: (charge) => evidence.lookForLater(charge),
    ...(pauseAt && { atStep: (step: LedgerStep) => pauseForCrashTest(step, pauseAt, log) }),
  });
  await evidence.resume();
  return {
    charges,
    ledger,
    close: async () => {
      await ledger.drain(paidCalls.abandonMs);
      evidence.stop();
      await charges.close();
    },
  };
}

// Never goes on by itself: a crash test kills the process here.
async function pauseForCrashTest(step: LedgerStep, pauseAt: LedgerStep, log: FastifyBaseLogger): Promise<void> {
  if (step !== pauseAt) return;
  // Listening before it tells: whoever reads the line may send the signal at once, and unheard it would end the process.
  const toldToGoOn = new Promise<void>((goOn) => process.once("SIGUSR2", goOn));
  log.warn({ step }, "paused for a crash test");
  await toldToGoOn;
}
