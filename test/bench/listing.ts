import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { pino } from "pino";
import type { ChargeContext } from "../../src/charge/charge.context.ts";
import type { ProviderChargeFilter } from "../../src/charge/charge.input.ts";
import type { LedgerPlace } from "../crash/ledger-place.ts";
import { built } from "./built.ts";
import { quantile, type Times, timed } from "./figures.ts";

export const listedCharges = 10_000;

const pageSize = 100;
const walks = 10;
const log = pino({ level: "silent" });

export interface ListingFigures {
  title: string;
  pages: number;
  /** Medians, in milliseconds. */
  first: number;
  middle: number;
  last: number;
}

/** Times the pages of `providerCharges` on a ledger of ten thousand charges. */
export async function measureListing(place: LedgerPlace): Promise<ListingFigures[]> {
  const database = await built.openLedger.openLedger(place.url, "sandbox", log);
  try {
    await fill(database.db);
    const charges = new built.store.ChargeStore(database);
    const context = { charges, caller: { id: "caller-1", can: () => true } } as unknown as ChargeContext;
    return [
      await walk(`${place.title}: all`, undefined, context),
      await walk(`${place.title}: one caller's, a tenth`, { requestedBy: "caller-1" }, context),
      await walk(`${place.title}: state UNKNOWN, one in fifty`, { state: "UNKNOWN" }, context),
    ];
  } finally {
    await database.db.destroy();
  }
}

type Database = Awaited<ReturnType<typeof built.openLedger.openLedger>>["db"];

async function fill(db: Database): Promise<void> {
  const newestMs = Date.now();
  const rows = Array.from({ length: listedCharges }, (_, index) => {
    const state = index % 50 === 0 ? ("UNKNOWN" as const) : ("CHARGED" as const);
    return {
      id: randomUUID(),
      caller: `caller-${index % 10}`,
      operation: "REFRESH_COMPANY_REPORT" as const,
      idempotency_key: `bench-${index}`,
      fingerprint: "bench",
      provider: "CREDAS" as const,
      target: String(index),
      subject: String(index),
      state,
      attempt: 1,
      freed: 0 as const,
      lease_until: newestMs,
      verdict_by: state === "UNKNOWN" ? null : ("ANSWER" as const),
      // Several at the same instant, as they come.
      requested_at: newestMs - Math.floor(index / 3) * 1_000,
    };
  });
  const chunk = 500;
  await db.transaction().execute(async (tx) => {
    for (let from = 0; from < rows.length; from += chunk) {
      await tx
        .insertInto("charge")
        .values(rows.slice(from, from + chunk))
        .execute();
    }
  });
  // PostgreSQL does this by itself within a minute or so.
  await sql`analyze charge`.execute(db);
}

async function walk(title: string, filter: ProviderChargeFilter | undefined, context: ChargeContext) {
  await walkOnce(filter, context);
  const timesOfWalks: Times[] = [];
  for (let turn = 0; turn < walks; turn++) timesOfWalks.push(await walkOnce(filter, context));
  const pages = timesOfWalks[0]?.length ?? 0;
  const at = (page: number) =>
    quantile(
      timesOfWalks.flatMap((times) => times[page] ?? []),
      0.5,
    );
  return { title, pages, first: at(0), middle: at(Math.floor(pages / 2)), last: at(pages - 1) };
}

async function walkOnce(filter: ProviderChargeFilter | undefined, context: ChargeContext): Promise<Times> {
  const times: Times = [];
  for (let after: string | null = null; ; ) {
    const request = { filter, first: pageSize, after };
    let next: string | null = null;
    times.push(
      await timed(async () => {
        const { pageInfo } = await built.list.listCharges(request, context);
        next = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      }),
    );
    if (next === null) return times;
    after = next;
  }
}
