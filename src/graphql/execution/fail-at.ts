import { locatedError, responsePathAsArray } from "graphql";
import type { Path } from "./field-errors.ts";
import type { FieldPosition } from "./resolve-info.ts";
import type { Run } from "./run.ts";

interface Failure {
  run: Run;
  field: FieldPosition;
  place: Path;
  nullable: boolean;
}

/** What failed is null where it may be, with its error noted; where it may not, what is above it fails. */
export function failAt(error: unknown, { run, field, place, nullable }: Failure): null {
  const located = locatedError(error, field.nodes, responsePathAsArray(place));
  if (!nullable) throw located;
  run.errors.add(located, place);
  return null;
}
