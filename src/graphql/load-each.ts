/**
 * Answers every key with its value or its own `Error`, in the order asked, as a DataLoader's batch function must.
 * One failed lookup fails alone; one that throws at once does too.
 */
export function loadEach<Key, Value>(
  keys: readonly Key[],
  load: (key: Key) => Promise<Value>,
): Promise<(Value | Error)[]> {
  return Promise.all(keys.map((key) => loadOne(key, load)));
}

async function loadOne<Key, Value>(key: Key, load: (key: Key) => Promise<Value>): Promise<Value | Error> {
  try {
    return await load(key);
  } catch (error) {
    return error instanceof Error
      ? error
      : new Error("A lookup failed with something that is no Error", { cause: error });
  }
}
