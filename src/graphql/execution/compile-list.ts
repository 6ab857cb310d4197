import { GraphQLError, type GraphQLOutputType, getNullableType, isLeafType, isNonNullType } from "graphql";
import type { Complete } from "./complete.ts";
import { failAt } from "./fail-at.ts";
import { type Path, placeBelow } from "./field-errors.ts";
import type { FieldPosition } from "./resolve-info.ts";
import { isPromise } from "./run.ts";

/** A list: each item is completed by itself, and is null with an error of its own where it fails and may be null. */
export function compileList(itemType: GraphQLOutputType, field: FieldPosition, complete: Complete): Complete {
  const nullable = !isNonNullType(itemType);
  const hasPlacesBelow = !isLeafType(getNullableType(itemType));

  return (run, list, place) => {
    if (!isIterable(list)) {
      const name = `${field.parentType.name}.${field.definition.name}`;
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${name}".`);
    }
    const items: unknown[] = Array.isArray(list) ? list : Array.from(list);
    const completed: unknown[] = [];
    let waiting = false;
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      let here: Path;
      try {
        const known = complete.known?.(run, item);
        if (known) {
          completed.push(known);
          continue;
        }
        here = hasPlacesBelow || isPromise(item) ? placeBelow(place, index) : undefined;
        const value = isPromise(item)
          ? item.then((resolved) => complete(run, resolved, here))
          : complete(run, item, here);
        if (isPromise(value)) {
          waiting = true;
          completed.push(
            value.then(undefined, (error: unknown) => failAt(error, { run, field, nullable, place: here })),
          );
        } else {
          completed.push(value);
        }
      } catch (error) {
        if (!nullable) letGo([...completed, ...items.slice(index + 1)]);
        completed.push(failAt(error, { run, field, nullable, place: here ?? placeBelow(place, index) }));
      }
    }
    return waiting ? Promise.all(completed) : completed;
  };
}

// Nobody waits for the others once one takes the whole list with it; their failing must not be the process's end.
function letGo(items: readonly unknown[]): void {
  for (const item of items) if (isPromise(item)) item.then(undefined, () => undefined);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === "object" && typeof (value as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === "function"
  );
}
