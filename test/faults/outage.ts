import { type Answer, ask, read } from "./client.ts";
import { countOf, tally, waits } from "./figures.ts";
import { expecting, type Findings } from "./findings.ts";
import { openWorld, type World } from "./world.ts";

const known = ["6510", "6511", "6512"];
const everyMs = 100;

// Copies that soon have to be read again: what is answered from then on is what stands in.
const settings = { CACHE_COMPANY_MS: "500" };

// How long to go on, beyond what was asked for, until the provider was called at all.
const patienceMs = 30_000;

/**
 * A provider that is down for a while, during which clients go on reading what they have read before: each read is answered
 * although the provider, which was asked, did not answer.
 */
export async function bringDown(seconds: number): Promise<Findings> {
  const world = await openWorld(settings);
  const violations: string[] = [];
  const expected = expecting(violations);
  try {
    const { credas } = world.providers;
    const before = await readAll(world);
    await credas.startOver();
    await credas.behave({ fault: "reset" });
    const answers: Answer[] = [];
    let calls = 0;
    const untilMs = performance.now() + seconds * 1_000;
    while (performance.now() < untilMs || (calls === 0 && performance.now() < untilMs + patienceMs)) {
      answers.push(...(await readAll(world)));
      calls = (await credas.calls()).length;
      await new Promise((soon) => setTimeout(soon, everyMs));
    }
    await credas.behave(null);

    expected(countOf(before, "answered") === before.length, `expected all to be read before, got ${tally(before)}`);
    expected(calls > 0, "expected the provider to be asked again, got no call: no copy stood in");
    expected(countOf(answers, "answered") === answers.length, `expected every read answered, got ${tally(answers)}`);
    return {
      lines: [`down for ${seconds} s: ${tally(answers)}; provider calls ${calls}; ${waits(answers)}`],
      violations,
    };
  } finally {
    await world.end();
  }
}

function readAll({ urls }: World): Promise<Answer[]> {
  return Promise.all(known.map((id) => ask(urls[0] ?? "", read("credas", id))));
}
