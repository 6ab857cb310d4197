import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { print, table } from "../crash/report.ts";
import { endAllBuilt, startSandboxProcess } from "../support/service-process.ts";
import { pause } from "../support/until.ts";
import { startSoakLoad } from "./soak-load.ts";
import { type Memory, startSoakedService } from "./soaked-service.ts";

/**
 * `npm run soak -- --minutes 60`: load on the built service with everything that could pile up, and its memory at the start
 * (when the caches of the first minute are full), in the middle and at the end. Redis is used where TEST_REDIS_URL is set.
 */
const { values } = parseArgs({
  options: { minutes: { type: "string", default: "3" }, clients: { type: "string", default: "8" } },
});
const [minutes, clients] = [Number(values.minutes), Number(values.clients)];
if (!(minutes > 0 && clients > 0)) throw new Error("--minutes, --clients: expected numbers above 0");
const warmUpMs = Math.min(60_000, minutes * 60_000 * 0.3);

const folder = await mkdtemp(join(tmpdir(), "diligence-soak-"));
process.once("exit", () => {
  void endAllBuilt();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const { TEST_REDIS_URL } = process.env;
const sandbox = await startSandboxProcess();
const service = await startSoakedService({
  ...sandbox.env,
  DATABASE_URL: `file:${join(folder, "ledger.db")}`,
  ...(TEST_REDIS_URL && { REDIS_URL: TEST_REDIS_URL, CACHE_KEY: Buffer.alloc(32, 7).toString("base64") }),
});
const load = startSoakLoad(service.url, clients);
const rows: string[][] = [["when", "requests", "heap MB", "rss MB", "external MB", "handles"]];
const measure = async (when: string): Promise<Memory> => {
  const memory = await service.memory();
  const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  const requests = Object.values(load.counts()).reduce((sum, one) => sum + one, 0);
  const { heapUsed, rss, external, handles } = memory;
  rows.push([when, String(requests), megabytes(heapUsed), megabytes(rss), megabytes(external), String(handles)]);
  return memory;
};

print(`Soak: ${minutes} minutes, ${clients} clients, ${warmUpMs / 1000} s to warm up`);
await pause(warmUpMs);
const restMs = minutes * 60_000 - warmUpMs;
const start = await measure("start");
await pause(restMs / 2);
await measure("middle");
await pause(restMs / 2);
const end = await measure("end");
await load.stop();
await pause(2_000);
await measure("idle");

print(table(rows));
for (const [what, count] of Object.entries(load.counts()).toSorted()) print(`  ${String(count).padStart(8)}  ${what}`);
const perMinute = (end.heapUsed - start.heapUsed) / 1024 / (restMs / 60_000);
print(`heap from start to end: ${perMinute.toFixed(0)} kB a minute`);
const code = await service.end();
print(`the service ended with code ${code}`);
await endAllBuilt();
process.exit(code === 0 ? 0 : 1);
