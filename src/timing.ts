/** What `work` gives, or `otherwise` if it takes longer than `ms` milliseconds. The work itself goes on. */
export async function within<Result, Otherwise>(
  work: Promise<Result>,
  ms: number,
  otherwise: Otherwise,
): Promise<Result | Otherwise> {
  const { promise: timeIsUp, resolve } = Promise.withResolvers<Otherwise>();
  const timer = setTimeout(() => resolve(otherwise), Math.max(ms, 0));
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits, without keeping the process alive for it. */
export function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms).unref();
  });
}

/** The same clock, looked at once for all that is done in one go: it costs more than what hundreds of reads need it for. */
export function onceATurn(now: () => number): () => number {
  let seenMs: number | undefined;
  const forget = () => {
    seenMs = undefined;
  };
  return () => {
    if (seenMs === undefined) {
      seenMs = now();
      queueMicrotask(forget);
    }
    return seenMs;
  };
}
