import {
  type FieldNode,
  type GraphQLField,
  GraphQLID,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLString,
  getArgumentValues,
  getNullableType,
  isLeafType,
  isNonNullType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from "graphql";
import { compileArguments } from "./compile-arguments.ts";
import { compileValue } from "./compile-value.ts";
import type { Compiling } from "./compiled-selection.ts";
import type { Complete } from "./complete.ts";
import { failAt } from "./fail-at.ts";
import { type Path, placeBelow } from "./field-errors.ts";
import { fieldsOf } from "./kept-fields.ts";
import { checkOfReading } from "./member-reads.ts";
import { looksAtInfo } from "./needs-no-info.ts";
import { type FieldPosition, resolveInfo } from "./resolve-info.ts";
import { isPromise, type Reading, type Run } from "./run.ts";

/** `place` is left out where nobody is expected to look at it; `placeNow` makes it where somebody does. */
type Resolve = (run: Run, source: unknown, place: Path, above: Path) => unknown;

/** One field of the answer: resolved, completed, and null with an error where either fails. */
export class CompiledField {
  private readonly nullable: boolean;
  /** Whether text is answered as it is. */
  private readonly takesText: boolean;
  private readonly resolve: Resolve;
  private readonly complete: Complete;
  // A place is an object for each field of each entity: made beforehand only where something may lie below, or look at it.
  private readonly placeFirst: boolean;

  constructor(
    readonly name: string,
    private readonly position: FieldPosition,
    compiling: Compiling,
  ) {
    const { type, resolve, args } = position.definition;
    this.nullable = !isNonNullType(type);
    this.takesText = [GraphQLString, GraphQLID].some((text) => getNullableType(type) === text);
    this.placeFirst = !isLeafType(getNullableType(type)) || args.length > 0 || (resolve ? looksAtInfo(resolve) : false);
    this.resolve = compileResolve(position, (above) => this.placeBelow(above));
    this.complete = compileValue(type, { field: position, compiling, listsAbove: 0 });
  }

  /** Throws, or rejects, where the field may not be null and is. */
  execute(run: Run, source: unknown, above: Path): unknown {
    if (run.reading) this.tell(run.reading);
    let place = this.placeFirst ? this.placeBelow(above) : undefined;
    try {
      const resolved = this.resolve(run, source, place, above);
      // Most of what there is: nothing to be converted, and nothing to be waited for.
      if (typeof resolved === "string" && this.takesText) return resolved;
      if (resolved === null && this.nullable) return null;
      if (isPromise(resolved)) place ??= this.placeBelow(above);
      const here = place;
      const value = isPromise(resolved)
        ? resolved.then((awaited) => this.complete(run, awaited, here))
        : this.complete(run, resolved, here);
      return isPromise(value) ? value.then(undefined, (error: unknown) => this.fail(run, error, here)) : value;
    } catch (error) {
      return this.fail(run, error, place ?? this.placeBelow(above));
    }
  }

  // What is read of an entity may be kept where nothing but the entity decides on it.
  private tell(reading: Reading): void {
    const { resolve, args } = this.position.definition;
    const check = resolve && checkOfReading(resolve);
    if (check) reading.checks.add(check);
    else if (resolve || args.length > 0) reading.isPlain = false;
  }

  private fail(run: Run, error: unknown, place: Path): null {
    return failAt(error, { run, field: this.position, nullable: this.nullable, place });
  }

  private placeBelow(above: Path) {
    return placeBelow(above, this.name, this.position.parentType.name);
  }
}

const noArguments = Object.freeze({});

type PlaceNow = (above: Path) => Path;

function compileResolve(position: FieldPosition, placeNow: PlaceNow): Resolve {
  const { definition, nodes } = position;
  const node = nodes[0] as FieldNode;
  const { resolve, args } = definition;
  if (!resolve) return compileMember(position, node, placeNow);
  if (args.length === 0 && !looksAtInfo(resolve)) {
    return (run, source) => resolve(source, noArguments, run.context, undefined as never);
  }
  const readArguments = compileArguments(definition, node);
  if (!looksAtInfo(resolve)) {
    return (run, source) => resolve(source, readArguments(run.variables), run.context, undefined as never);
  }
  return (run, source, place) =>
    resolve(source, readArguments(run.variables), run.context, resolveInfo(position, run, place));
}

// graphql-js's own default: the member of that name, called where it is a function.
function compileMember(position: FieldPosition, node: FieldNode, placeNow: PlaceNow): Resolve {
  const { definition } = position;
  const { name, args } = definition;
  return (run, source, place, above) => {
    const given = args.length > 0 ? getArgumentValues(definition, node, run.variables) : noArguments;
    if ((typeof source !== "object" || source === null) && typeof source !== "function") return undefined;
    const member: unknown = (source as Record<string, unknown>)[name];
    if (typeof member !== "function") return member;
    return member.call(source, given, run.context, resolveInfo(position, run, place ?? placeNow(above)));
  };
}

/** What a selected field is; undefined for one that the type does not have. */
export function fieldDefinition(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): GraphQLField<unknown, unknown> | undefined {
  const name = nodes[0]?.name.value;
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  const isRoot = type === schema.getQueryType();
  if (isRoot && name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (isRoot && name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return name === undefined ? undefined : fieldsOf(type)[name];
}
