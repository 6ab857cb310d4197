import { needsNoInfo } from "./needs-no-info.ts";

/** Throws for a context in which a field may not be read. */
export type Check = (context: unknown) => void;

const checksOf = new WeakMap<object, Check>();

/**
 * A resolver that reads the member of that name once the check is passed, as graphql-js's own default does: nothing else
 * decides on its value.
 */
export function readingMember<Context>(name: string, check: (context: Context) => void) {
  const resolve = needsNoInfo((source: unknown, args: unknown, context: Context): unknown => {
    check(context);
    const member = (source as Record<string, unknown>)[name];
    return typeof member === "function" ? member.call(source, args, context) : member;
  });
  checksOf.set(resolve, check as Check);
  return resolve;
}

/** The check of a resolver that does nothing but read a member; undefined for any other. */
export function checkOfReading(resolve: object): Check | undefined {
  return checksOf.get(resolve);
}
