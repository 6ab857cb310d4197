import { type Answer, ask, readOfNew } from "./client.ts";
import { countOf, median, percentile, tally } from "./figures.ts";
import { expecting, type Findings } from "./findings.ts";
import { openWorld, type ProviderName, providerNames, type World } from "./world.ts";

export interface NeighbourOptions {
  hung: ProviderName;
  rounds: number;
  /** How long each half of a round takes. */
  seconds: number;
  /** Reads a second of each provider. */
  perSecond: number;
  /** The deadline of each. */
  timeoutMs: number;
}

/**
 * One provider hangs; how long do reads of the other two take? Each round measures with all well and with one hung, in
 * turns, so that whatever else the machine does meets both alike. Reads begin at fixed times: clients that ask again as
 * soon as they were refused would measure themselves.
 */
export async function hangOne(options: NeighbourOptions): Promise<Findings> {
  const { hung, rounds, seconds, perSecond, timeoutMs } = options;
  // Truework's limit is not what is measured here.
  const world = await openWorld({ TRUEWORK_CALLS_PER_SECOND: "10000", PROVIDER_TIMEOUT_MS: String(timeoutMs) });
  const violations: string[] = [];
  const lines: string[] = [];
  const ratios: number[] = [];
  const all = { well: [] as number[], hung: [] as number[] };
  try {
    await load(world, { seconds: Math.min(seconds, 2), perSecond });
    for (let round = 1; round <= rounds; round++) {
      const halves = round % 2 ? (["well", "hung"] as const) : (["hung", "well"] as const);
      const p99 = { well: 0, hung: 0 };
      const told: string[] = [];
      for (const half of halves) {
        if (half === "hung") await world.providers[hung].behave({ fault: "hung" });
        const answers = await load(world, { seconds, perSecond });
        await world.providers[hung].behave(null);
        const others = providerNames.filter((name) => name !== hung).flatMap((name) => answers[name]);
        all[half].push(...others.map(({ tookMs }) => tookMs));
        p99[half] = percentile(
          others.map(({ tookMs }) => tookMs),
          0.99,
        );
        told.push(
          `${half} p50 ${ms(
            percentile(
              others.map(({ tookMs }) => tookMs),
              0.5,
            ),
          )} p99 ${ms(p99[half])}`,
        );
        expecting(violations)(
          countOf(others, "answered") === others.length,
          `${half}: expected every read of the others answered, got ${tally(others)}`,
        );
        if (half === "hung") told.push(`${hung}: ${tally(answers[hung])}`);
        await untilWell(world, hung);
      }
      ratios.push(p99.hung / p99.well);
      lines.push(`round ${round}: ${told.join("; ")}; ratio ${(p99.hung / p99.well).toFixed(2)}`);
    }
  } finally {
    await world.end();
  }
  const [well, ill] = [percentile(all.well, 0.99), percentile(all.hung, 0.99)];
  lines.push(`all rounds together: well p99 ${ms(well)}, hung p99 ${ms(ill)}, ratio ${(ill / well).toFixed(2)}`);
  lines.push(`median ratio of the others' p99, ${hung} hung to all well: ${median(ratios).toFixed(2)}`);
  return { lines, violations };
}

async function load({ urls }: World, { seconds, perSecond }: { seconds: number; perSecond: number }) {
  const answers: Record<ProviderName, Promise<Answer>[]> = { credas: [], truework: [], youverify: [] };
  const stepMs = 1_000 / (perSecond * providerNames.length);
  const beganMs = performance.now();
  for (let i = 0; i < perSecond * seconds * providerNames.length; i++) {
    const waitMs = beganMs + i * stepMs - performance.now();
    if (waitMs > 1) await new Promise((soon) => setTimeout(soon, waitMs));
    const name = providerNames[i % providerNames.length] ?? "credas";
    answers[name].push(ask(urls[0] ?? "", readOfNew(name)));
  }
  const settled = await Promise.all(
    providerNames.map(async (name) => [name, await Promise.all(answers[name])] as const),
  );
  return Object.fromEntries(settled) as Record<ProviderName, Answer[]>;
}

async function untilWell({ urls }: World, name: ProviderName): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if ((await ask(urls[0] ?? "", readOfNew(name))).kind === "answered") return;
    await new Promise((soon) => setTimeout(soon, 100));
  }
  throw new Error(`Expected ${name} to be read again within 30 s, and it was not`);
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
