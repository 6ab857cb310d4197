import { createHash } from "node:crypto";

/** A stream of choices; the same name gives the same ones. */
export interface Choices {
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number;
  oneOf<Item>(items: readonly Item[]): Item;
  /** True in one of `count` cases. */
  oneIn(count: number): boolean;
}

/** Choices by mulberry32, from a hash of the name. */
export function choicesOf(name: string): Choices {
  let state = createHash("sha256").update(name).digest().readInt32LE();
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    oneOf: (items) => {
      if (items.length === 0) throw new Error("Expected something to choose from, got nothing");
      return items[below(items.length)] as (typeof items)[number];
    },
    oneIn: (count) => below(count) === 0,
  };
}
