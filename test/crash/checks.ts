import { isDeepStrictEqual } from "node:util";

/** What was done, in columns, and what was wrong about it. */
export interface Finding {
  cells: string[];
  violations: string[];
}

/** Collects what is not as the rules say, so that one run tells everything. */
export class Checks {
  readonly violations: string[] = [];

  same(what: string, came: unknown, expected: unknown): void {
    if (!isDeepStrictEqual(came, expected)) this.broken(`${what}: expected ${show(expected)}, got ${show(came)}`);
  }

  that(what: string, holds: boolean): void {
    if (!holds) this.broken(what);
  }

  broken(what: string): void {
    this.violations.push(what);
  }
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
