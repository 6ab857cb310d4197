import type { GraphQLError, ResponsePath } from "graphql";

/** A place in the answer; undefined is the answer's root. */
export type Path = ResponsePath | undefined;

/** The errors of one execution, by graphql-js's rule: none is told from below a place that an earlier error made null. */
export class FieldErrors {
  readonly list: GraphQLError[] = [];
  // By identity: every place below another one is linked to the very object that stands for it.
  private places: Set<Path> | undefined;

  /** How many there were, those that are not told included. */
  met = 0;

  add(error: GraphQLError, place: Path): void {
    this.met += 1;
    if (this.places && isWithinNull(this.places, place)) return;
    this.places ??= new Set();
    this.places.add(place);
    this.list.push(error);
  }
}

function isWithinNull(places: ReadonlySet<Path>, place: Path): boolean {
  for (let above = place; above !== undefined; above = above.prev) if (places.has(above)) return true;
  return places.has(undefined);
}

export function placeBelow(prev: Path, key: string | number, typename?: string): ResponsePath {
  return { prev, key, typename };
}
