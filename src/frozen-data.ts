// Of values as a whole: whoever holds one of them need not look through it.
const frozen = new WeakSet<object>();

/** Says of a value that it can't change any more, down to its last member, and that none of them is a function. */
export function noteFrozenData(value: object): void {
  frozen.add(value);
}

/** Whether that was said of it: then whatever is once read of it stays true. */
export function isFrozenData(value: unknown): value is object {
  return typeof value === "object" && value !== null && frozen.has(value);
}

/** A frozen copy with more members; frozen down to its last one where the original is. */
export function frozenWith(value: object, more: Readonly<Record<string, string>>): object {
  const copy = Object.freeze({ ...value, ...more });
  if (frozen.has(value)) frozen.add(copy);
  return copy;
}
