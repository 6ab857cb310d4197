import {
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
} from "graphql";
import { compileAbstract } from "./compile-abstract.ts";
import { compileList } from "./compile-list.ts";
import { CompiledSelection, type Compiling } from "./compiled-selection.ts";
import type { Complete } from "./complete.ts";
import type { Path } from "./field-errors.ts";
import { compileLeaf } from "./leaf.ts";
import { type FieldPosition, resolveInfo } from "./resolve-info.ts";
import { isPromise, type Run } from "./run.ts";

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
  const complete = compileSomething(type, position);
  const completeAny: Complete = (run, value, place) => {
    if (value instanceof Error) throw value;
    return value === null || value === undefined ? null : complete(run, value, place);
  };
  return Object.assign(completeAny, { known: complete.known });
}

function compileSomething(type: GraphQLOutputType, position: ValuePosition): Complete {
  if (isListType(type)) return compileListValue(type, position);
  if (isLeafType(type)) {
    const serialize = compileLeaf(type);
    return (_run, value) => serialize(value);
  }
  if (isAbstractType(type)) return compileAbstractValue(type, position);
  return compileObject(type as GraphQLObjectType, position);
}

function compileListValue({ ofType }: GraphQLList<GraphQLOutputType>, position: ValuePosition): Complete {
  const complete = compileValue(ofType, { ...position, listsAbove: position.listsAbove + 1 });
  return compileList(ofType, position.field, complete);
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
