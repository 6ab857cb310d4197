import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { print, table } from "../crash/report.ts";
import { endAllBuilt } from "../support/service-process.ts";
import { quantile, showMs } from "./figures.ts";
import { listedCharges, measureListing } from "./listing.ts";
import { type Measured, measurePaidCalls } from "./paid-call.ts";
import { makePlaces } from "./places.ts";

/**
 * `npm run bench:ledger`: what the ledger adds to a paid call, and how fast its pages are. It prints figures and judges
 * nothing. An argument says how many calls; 1000 by default.
 */
const calls = Number(process.argv[2] ?? 1_000);
if (!Number.isSafeInteger(calls) || calls < 1) throw new Error("Expected a number of calls from 1");

print(`Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), files in ${tmpdir()}`);
print(`Load before: ${loadavg()[0]?.toFixed(1)}; above the number of cores, others slow these figures down`);
const places = await makePlaces();
const listed = await makePlaces();
try {
  if (places.length === 1)
    print("\n!!! No PostgreSQL answers on 127.0.0.1:5432 and TEST_DATABASE_URL is not set: SQLite only. !!!");
  printPaidCalls(await measurePaidCalls(places, calls));
  const rows = [];
  for (const place of listed) rows.push(...(await measureListing(place)));
  print(`\n${listedCharges} charges, pages of 100, medians of 10 walks\n`);
  print(
    table([
      ["ledger", "pages", "first", "middle", "last"],
      ...rows.map(({ title, pages, first, middle, last }) => [
        title,
        String(pages),
        ...[first, middle, last].map(showMs),
      ]),
    ]),
  );
} finally {
  await endAllBuilt();
  for (const place of [...places, ...listed]) await place.remove();
}

function printPaidCalls(measured: Measured[]): void {
  const alone = quantile(measured[0]?.times ?? [], 0.5);
  print(`\nThe same paid call to the sandbox, ${calls} times each, in turns\n`);
  print(
    table([
      ["ledger", "median", "p99", "added at the median"],
      ...measured.map(({ title, times }, index) => {
        const median = quantile(times, 0.5);
        return [title, showMs(median), showMs(quantile(times, 0.99)), index === 0 ? "" : showMs(median - alone)];
      }),
    ]),
  );
}
