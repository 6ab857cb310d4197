import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isObjectType,
} from "graphql";
import type { Complete, Known } from "./complete.ts";
import type { Path } from "./field-errors.ts";
import { looksAtInfo } from "./needs-no-info.ts";
import type { FieldPosition } from "./resolve-info.ts";
import { isPromise, type Run } from "./run.ts";

const noInfo = undefined as never;

interface Parts {
  info(run: Run, place: Path): GraphQLResolveInfo;
  compile(concrete: GraphQLObjectType): Complete;
}

/** A value of a union or an interface: completed as the object type it turns out to be. */
export function compileAbstract(type: GraphQLAbstractType, field: FieldPosition, { info, compile }: Parts): Complete {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const takesInfo = looksAtInfo(resolveType);
  const compiled = new Map<string, Complete>();
  const completerOf = (name: unknown, run: Run): Complete => {
    const earlier = compiled.get(name as string);
    if (earlier) return earlier;
    const concrete = concreteType(name, { type, field, run });
    const complete = compile(concrete);
    compiled.set(concrete.name, complete);
    return complete;
  };
  const known: Known = (run, value) => {
    if (takesInfo || run.texts === undefined || typeof value !== "object" || value === null) return undefined;
    const name: unknown = resolveType(value, run.context, noInfo, type);
    return compiled.get(name as string)?.known?.(run, value);
  };
  const complete: Complete = (run, value, place) => {
    if (run.reading) run.reading.isPlain = false;
    const name: unknown = resolveType(value, run.context, takesInfo ? info(run, place) : noInfo, type);
    if (isPromise(name)) return name.then((resolved) => completerOf(resolved, run)(run, value, place));
    return completerOf(name, run)(run, value, place);
  };
  return Object.assign(complete, { known });
}

interface Asked {
  type: GraphQLAbstractType;
  field: FieldPosition;
  run: Run;
}

/** @throws GraphQLError for what is no name of one of the abstract type's possible types */
function concreteType(
  name: unknown,
  { type, field: { nodes, parentType, definition }, run }: Asked,
): GraphQLObjectType {
  const { schema } = run.parts;
  const refuse = (what: string) => new GraphQLError(what, { nodes });
  if (typeof name !== "string") {
    throw refuse(
      `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${parentType.name}.${definition.name}".`,
    );
  }
  const concrete = schema.getType(name);
  if (!isObjectType(concrete))
    throw refuse(`Abstract type "${type.name}" was resolved to no object type of the schema.`);
  if (!schema.isSubType(type, concrete)) {
    throw refuse(`Runtime Object type "${concrete.name}" is not a possible type for "${type.name}".`);
  }
  return concrete;
}
