/**
 * Asks again and again until the answer is neither false nor nothing, and gives it. Throws after `withinMs` milliseconds of
 * pauses: they are counted, not the clock's time, so that a machine which stalls is not held against what is asked.
 */
export async function until<Answer>(
  ask: () => Answer | Promise<Answer>,
  what = "it is so",
  withinMs = 15_000,
): Promise<Exclude<Answer, false | null | undefined>> {
  for (let left = withinMs / pauseMs; left > 0; left -= 1) {
    const answer = await ask();
    if (answer !== false && answer !== null && answer !== undefined) {
      return answer as Exclude<Answer, false | null | undefined>;
    }
    await pause(pauseMs);
  }
  throw new Error(`Expected within ${withinMs} ms that ${what}, it did not happen`);
}

const pauseMs = 10;

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
