import {
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
} from "graphql";
import { compileAbstract } from "./compile-abstract.ts";
import { CompiledSelection, type Compiling } from "./compiled-selection.ts";
import { failAt } from "./fail-at.ts";
import { type Path, placeBelow } from "./field-errors.ts";
import type { JsonText } from "./json-text.ts";
import { compileLeaf } from "./leaf.ts";
import { type FieldPosition, resolveInfo } from "./resolve-info.ts";
import { isPromise, type Run } from "./run.ts";

/** Makes what the answer says of what was resolved; the promise of it where something in it is still awaited. */
export interface Complete {
  (run: Run, value: unknown, place: Path): unknown;
  /** What was said of an entity before. Asked for first, for a place is an object for each item of a list. */
  known?: Known | undefined;
}

export type Known = (run: Run, value: unknown) => JsonText | undefined;

/** The value of a field, or of an item of its list, so many lists deep. */
export interface ValuePosition {
  field: FieldPosition;
  compiling: Compiling;
  listsAbove: number;
}

export function compileValue(type: GraphQLOutputType, position: ValuePosition): Complete {
  if (isNonNullType(type)) return refuseNull(compileNullable(type.ofType, position), position);
  return compileNullable(type, position);
}

function refuseNull(complete: Complete, { field: { parentType, definition } }: ValuePosition): Complete {
  const completeSomething: Complete = (run, value, place) => {
    const completed = complete(run, value, place);
    if (completed !== null) return completed;
    throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
  };
  return Object.assign(completeSomething, { known: complete.known });
}

function compileNullable(type: GraphQLOutputType, position: ValuePosition): Complete {
  const complete = compileKnown(type, position);
  const completeAny: Complete = (run, value, place) => {
    if (value instanceof Error) throw value;
    return value === null || value === undefined ? null : complete(run, value, place);
  };
  return Object.assign(completeAny, { known: complete.known });
}

function compileKnown(type: GraphQLOutputType, position: ValuePosition): Complete {
  if (isListType(type)) return compileList(type, position);
  if (isLeafType(type)) {
    const serialize = compileLeaf(type);
    return (_run, value) => serialize(value);
  }
  if (isAbstractType(type)) return compileAbstractValue(type, position);
  return compileObject(type as GraphQLObjectType, position);
}

function compileList(type: GraphQLList<GraphQLOutputType>, position: ValuePosition): Complete {
  const { field } = position;
  const complete = compileValue(type.ofType, { ...position, listsAbove: position.listsAbove + 1 });
  const nullable = !isNonNullType(type.ofType);
  const hasPlacesBelow = !isLeafType(getNullableType(type.ofType));

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

function compileObject(type: GraphQLObjectType, { field, compiling, listsAbove }: ValuePosition): Complete {
  const selection = new CompiledSelection(type, field.nodes, compiling);
  const { isTypeOf } = type;
  if (!isTypeOf) {
    const complete: Complete = (run, source, place) => selection.execute(run, source, place);
    return Object.assign(complete, { known: (run: Run, source: unknown) => selection.known(run, source) });
  }

  const mismatch = () =>
    new GraphQLError(`Expected value of type "${type.name}" but got another.`, { nodes: field.nodes });
  return (run, source, place) => {
    selection.prepare(run);
    if (run.reading) run.reading.isPlain = false;
    const verdict = isTypeOf(source, run.context, resolveInfo(field, run, placeOfField(place, listsAbove)));
    if (isPromise(verdict)) {
      return verdict.then((isOfType) => {
        if (!isOfType) throw mismatch();
        return selection.execute(run, source, place);
      });
    }
    if (!verdict) throw mismatch();
    return selection.execute(run, source, place);
  };
}

function compileAbstractValue(type: GraphQLAbstractType, position: ValuePosition): Complete {
  const { field, listsAbove } = position;
  return compileAbstract(type, field, {
    info: (run, place) => resolveInfo(field, run, placeOfField(place, listsAbove)),
    compile: (concrete) => compileObject(concrete, position),
  });
}

function placeOfField(place: Path, listsAbove: number): Path {
  let above = place;
  for (let up = 0; up < listsAbove; up++) above = above?.prev;
  return above;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === "object" && typeof (value as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === "function"
  );
}
