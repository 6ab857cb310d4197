import type { Path } from "./field-errors.ts";
import type { JsonText } from "./json-text.ts";
import type { Run } from "./run.ts";

/** Makes what the answer says of what was resolved; the promise of it where something in it is still awaited. */
export interface Complete {
  (run: Run, value: unknown, place: Path): unknown;
  /** What was said of an entity before. Asked for first, for a place is an object for each item of a list. */
  known?: Known | undefined;
}

export type Known = (run: Run, value: unknown) => JsonText | undefined;
