import type { GraphQLResolveInfo } from "graphql";
import type { FieldErrors } from "./field-errors.ts";

/** What one execution of a compiled query goes by. */
export interface Run {
  context: unknown;
  variables: Record<string, unknown>;
  errors: FieldErrors;
  /** What every field's `info` says alike. */
  facts: Pick<GraphQLResolveInfo, "schema" | "fragments" | "rootValue" | "operation" | "variableValues">;
}

/** A value, or the promise of it. */
export type Eventually<Value> = Value | PromiseLike<Value>;

/** As graphql-js tells them apart. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  return typeof (value as { then?: unknown }).then === "function";
}
