const slices = 4;

/**
 * What `work` gives, or `otherwise` if it takes longer than about `ms` milliseconds, of which the event loop has to have run
 * most. After a standstill timers come before what has arrived on sockets meanwhile, so a plain timer would take a busy
 * process for a slow peer. A standstill counts as a quarter of the time at most. The work itself goes on.
 */
export async function withinTurns<Result, Otherwise>(
  work: Promise<Result>,
  ms: number,
  otherwise: Otherwise,
): Promise<Result | Otherwise> {
  const { promise: timeIsUp, resolve } = Promise.withResolvers<Otherwise>();
  let left = slices;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    timer = setTimeout(() => {
      left -= 1;
      if (left > 0) wait();
      else readSockets(() => resolve(otherwise));
    }, ms / slices);
  };
  // The second turn, for what arrived is read between the first and that one.
  const readSockets = (then: () => void) => setImmediate(() => setImmediate(then));
  wait();
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    clearTimeout(timer);
  }
}
