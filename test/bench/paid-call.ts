import { randomUUID } from "node:crypto";
import { pino } from "pino";
import type { Ledger } from "../../src/charge/ledger/ledger.ts";
import type { CredasClient } from "../../src/company/credas.client.ts";
import type { LedgerPlace } from "../crash/ledger-place.ts";
import { startSandboxProcess } from "../support/service-process.ts";
import { built } from "./built.ts";
import { type Times, timed } from "./figures.ts";

const warmUpCalls = 100;
const companyId = "6510";
// As the service writes it, but to nowhere: where a log goes is not the ledger's time.
const log = pino({ level: "info" }, pino.destination("/dev/null"));

export interface Measured {
  title: string;
  times: Times;
}

/**
 * Times the same paid call to the sandbox alone and through a ledger at each place, in turns, so that whatever else the
 * machine does meanwhile falls on all of them.
 */
export async function measurePaidCalls(places: LedgerPlace[], calls: number): Promise<Measured[]> {
  const { env } = await startSandboxProcess();
  const opened = await Promise.all(places.map((place) => openLedgerAt(place, env)));
  const { credas } = providersOf(env).providers;
  const ways = [
    { title: "no ledger", call: () => buy(credas), times: [] as Times },
    ...opened.map(({ title, ledger }) => ({ title, call: () => spend(ledger, credas), times: [] as Times })),
  ];
  for (let turn = 0; turn < warmUpCalls + calls; turn++) {
    for (const index of ways.keys()) {
      const way = ways[(turn + index) % ways.length];
      const ms = way ? await timed(way.call) : 0;
      if (turn >= warmUpCalls) way?.times.push(ms);
    }
  }
  for (const { close } of opened) await close();
  return ways;
}

async function buy(credas: CredasClient): Promise<void> {
  const { state } = await credas.refreshReport(companyId);
  if (state !== "CHARGED") throw new Error(`Expected the sandbox to charge, got ${state}`);
}

async function spend(ledger: Ledger, credas: CredasClient): Promise<void> {
  const idempotencyKey = randomUUID();
  const spent = await ledger.spend<never>(
    {
      caller: "bench",
      operation: "REFRESH_COMPANY_REPORT",
      idempotencyKey,
      fingerprint: "bench",
      provider: "CREDAS",
      target: companyId,
      subject: companyId,
      send: () => credas.refreshReport(companyId),
      readPurchase: () => ({ resultId: companyId }),
    },
    { paidFieldsUntilMs: Date.now() + 10_000, log },
  );
  if (spent.kind !== "charged") throw new Error(`Expected a charge, got ${spent.kind}`);
}

async function openLedgerAt({ title, url }: LedgerPlace, env: Record<string, string>) {
  const { config, providers } = providersOf({ ...env, DATABASE_URL: url });
  const { ledger, close } = await built.charges.openCharges(config, { providers, log, now: Date.now });
  return { title, ledger, close };
}

function providersOf(env: Record<string, string>) {
  const config = built.config.readConfig({ TRUEWORK_CALLS_PER_SECOND: "10000", ...env });
  if (config.providers === "built-in") throw new Error("Expected the sandbox's addresses, got none");
  return { config, providers: built.providers.createProviders(config, config.providers).providers };
}
