import { type GraphQLField, type GraphQLSchema, getNamedType, isInputObjectType } from "graphql";
import type { ClassType } from "type-graphql";
import type { RequestContext } from "./context.ts";
import { needsNoInfo } from "./execution/needs-no-info.ts";

/** What type-graphql knows of a method with @Query. It tells nobody but by this member of the process. */
type QueryMethod = (typeof globalThis.TypeGraphQLMetadataStorage.queries)[number];

type Arguments = Record<string, unknown>;
type Read = (given: Arguments, context: RequestContext) => unknown;

/**
 * Calls the methods of queries as they are, where all they take is the context and arguments that need no instance made of
 * them. type-graphql validates each argument, ours not at all, and takes a promise for each to do so: an answer that is
 * known would come several turns later.
 */
export function callPlainQueries(schema: GraphQLSchema, resolvers: readonly ClassType[]): void {
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const method of globalThis.TypeGraphQLMetadataStorage.queries) {
    // Of all there are in the process, those of another graph may have the same names.
    const field = resolvers.includes(method.target as ClassType) ? fields[method.schemaName] : undefined;
    const readers = field && readersOf(method, field);
    if (readers) field.resolve = createResolver(method, readers);
  }
}

/** How each parameter is read, in their order; undefined where something is type-graphql's to do. */
function readersOf(
  { params = [], middlewares = [] }: QueryMethod,
  field: GraphQLField<unknown, unknown>,
): Read[] | undefined {
  const needsInstance = field.args.some(({ type }) => isInputObjectType(getNamedType(type)));
  if (needsInstance || middlewares.length > 0) return undefined;
  const readers: Read[] = [];
  for (const parameter of params) {
    if (parameter.kind === "arg") readers[parameter.index] = (given) => given[parameter.name];
    else if (parameter.kind === "context" && !parameter.propertyName)
      readers[parameter.index] = (_, context) => context;
    else return undefined;
  }
  return readers;
}

function createResolver({ target, methodName }: QueryMethod, readers: readonly Read[]) {
  const resolvers = Reflect.construct(target, []) as Record<string, (...parameters: unknown[]) => unknown>;
  return needsNoInfo((_source: unknown, given: Arguments, context: RequestContext) =>
    resolvers[methodName]?.(...readers.map((read) => read(given, context))),
  );
}
