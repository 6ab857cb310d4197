import type { GraphQLError, ResponsePath } from "graphql";

/** A place in the answer; undefined is the answer's root. */
export type Path = ResponsePath | undefined;

/** The errors of one execution, by graphql-js's rule: none is told from below a place that an earlier error made null. */
export class FieldErrors {
  readonly list: GraphQLError[] = [];
  // By identity: every place below another one is linked to the very object that stands for it.
  private readonly places = new Set<Path>();

  /** How many there were, those that are not told included. */
  met = 0;

  add(error: GraphQLError, place: Path): void {
    this.met += 1;
    if (this.list.length > 0 && this.isWithinNull(place)) return;
    this.places.add(place);
    this.list.push(error);
  }

  private isWithinNull(place: Path): boolean {
    for (let above = place; above !== undefined; above = above.prev) if (this.places.has(above)) return true;
    return this.places.has(undefined);
  }
}

export function placeBelow(prev: Path, key: string | number, typename?: string): ResponsePath {
  return { prev, key, typename };
}
