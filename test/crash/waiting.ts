/** Asks again and again until there is an answer other than null, and throws after `withinMs` milliseconds. */
export async function until<Answer>(
  what: string,
  probe: () => Promise<Answer | null>,
  withinMs = 15_000,
): Promise<Answer> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const answer = await probe();
    if (answer !== null) return answer;
    if (performance.now() > untilMs) throw new Error(`Expected within ${withinMs} ms that ${what}, it did not happen`);
    await pause(15);
  }
}

/** The work's result; throws if it takes longer than `withinMs` milliseconds. */
export async function inTime<Result>(what: string, work: Promise<Result>, withinMs = 15_000): Promise<Result> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`Expected within ${withinMs} ms that ${what}, it did not happen`)),
    withinMs,
  );
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
