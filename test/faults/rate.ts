import { randomBytes } from "node:crypto";
import { ask, readOfNew } from "./client.ts";
import { countOf, mostWithin, tally, waits } from "./figures.ts";
import { expecting, type Findings } from "./findings.ts";
import { openWorld } from "./world.ts";

export interface RateOptions {
  redisUrl: string;
  /** Of distinct ids, all at once, half of them at each of two processes. */
  reads: number;
  timeoutMs: number;
  /** Whether all of them can be served in their time. */
  allFit: boolean;
  /** How long the windows are that may hold ten calls for each second of theirs. */
  judgedSeconds?: number;
}

const limit = 10;

/** Two processes that share Truework's limit through Redis, and more reads at once than it lets through in a second. */
export async function crowd(options: RateOptions): Promise<Findings> {
  const { redisUrl, reads, timeoutMs, allFit, judgedSeconds = 1 } = options;
  // The limit is kept by address and key, and this sandbox's address is its own: no two runs meet.
  const settings = {
    REDIS_URL: redisUrl,
    CACHE_KEY: randomBytes(32).toString("base64"),
    REDIS_TIMEOUT_MS: "2000",
    PROVIDER_TIMEOUT_MS: String(timeoutMs),
  };
  const world = await openWorld(settings, 2);
  try {
    const answers = await Promise.all(
      Array.from({ length: reads }, (_, i) => ask(world.urls[i % 2] ?? "", readOfNew("truework"))),
    );
    const calls = await world.providers.truework.calls();

    const violations: string[] = [];
    const expected = expecting(violations);
    const answered = countOf(answers, "answered");
    const refused = answers.filter(({ kind }) => kind === "PROVIDER_UNAVAILABLE");
    const most = mostWithin(judgedSeconds, calls);
    const allowed = limit * judgedSeconds;
    expected(most <= allowed, `expected at most ${allowed} calls in any ${judgedSeconds} s, got ${most}`);
    expected(calls.length === answered, `expected a call for each answer, got ${calls.length} for ${answered}`);
    expected(answered + refused.length === reads, `expected each to be served or refused, got ${tally(answers)}`);
    expected(!allFit || answered === reads, `expected all to be served, got ${tally(answers)}`);
    expected(allFit || (answered > 0 && refused.length > 0), `expected some of both, got ${tally(answers)}`);

    const served = answers.filter(({ kind }) => kind === "answered").toSorted((one, other) => one.atMs - other.atMs);
    const halfServedMs = served[Math.floor(served.length / 2)]?.atMs ?? 0;
    const late = refused.filter(({ atMs }) => atMs > halfServedMs).length;
    expected(late === 0, `expected refusals at once, got ${late} after half of the rest was served`);

    const first = calls[0]?.atMs ?? 0;
    const lines = [
      `${reads} reads at two processes, deadline ${timeoutMs} ms: ${tally(answers)}`,
      `  provider calls ${calls.length}, most in any second ${mostWithin(1, calls)}, the last after ${Math.round(((calls.at(-1)?.atMs ?? 0) - first) / 100) / 10} s`,
      `  served: ${waits(served)}${refused.length ? `; refused: ${waits(refused)}` : ""}`,
    ];
    return { lines, violations };
  } finally {
    await world.end();
  }
}
