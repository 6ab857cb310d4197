import { type Answer, ask, read } from "./client.ts";
import { countOf, tally, waits } from "./figures.ts";
import { expecting, type Findings } from "./findings.ts";
import { openWorld, type World } from "./world.ts";

const known = ["6510", "6511", "6512"];
const everyMs = 100;

/** A provider that is down for a while, during which clients go on reading what they have read before. */
export async function bringDown(seconds: number): Promise<Findings> {
  const world = await openWorld();
  const violations: string[] = [];
  const expected = expecting(violations);
  try {
    if (!(await keepsCopies(world))) {
      return { lines: ["LEFT OUT: reads are not kept, so there is no last copy to answer from"], violations };
    }
    const { credas } = world.providers;
    await readAll(world);
    await credas.startOver();
    await credas.behave({ fault: "reset" });
    const answers: Answer[] = [];
    const untilMs = performance.now() + seconds * 1_000;
    while (performance.now() < untilMs) {
      answers.push(...(await readAll(world)));
      await new Promise((soon) => setTimeout(soon, everyMs));
    }
    const calls = (await credas.calls()).length;
    await credas.behave(null);

    expected(countOf(answers, "answered") === answers.length, `expected every read answered, got ${tally(answers)}`);
    return {
      lines: [`down for ${seconds} s: ${tally(answers)}; provider calls ${calls}; ${waits(answers)}`],
      violations,
    };
  } finally {
    await world.end();
  }
}

async function keepsCopies({ urls, providers }: World): Promise<boolean> {
  for (let i = 0; i < 2; i++) await ask(urls[0] ?? "", read("credas", "6517"));
  return (await providers.credas.calls()).length === 1;
}

function readAll({ urls }: World): Promise<Answer[]> {
  return Promise.all(known.map((id) => ask(urls[0] ?? "", read("credas", id))));
}
