import type { GraphQLResolveInfo } from "graphql";
import type { Checks, EntityTexts } from "./entity-texts.ts";
import type { FieldErrors } from "./field-errors.ts";
import type { Check } from "./member-reads.ts";

/** What one execution of a compiled query goes by. */
export interface Run {
  context: unknown;
  variables: Record<string, unknown>;
  errors: FieldErrors;
  /** What every field's `info` says alike, whoever asks. */
  parts: Pick<GraphQLResolveInfo, "schema" | "fragments" | "operation">;
  /** Where what is known of entities may stand in the answer as JSON. */
  texts: EntityTexts | undefined;
  /** What was passed last for what is known of an entity. */
  passed: Checks | undefined;
  /** The entity whose fields are being read, where what they say may be kept. */
  reading: Reading | undefined;
}

/** What the fields of one entity are found to do while they are read. */
export class Reading {
  /** Whether they have only read members. */
  isPlain = true;
  readonly checks = new Set<Check>();
}

/** A value, or the promise of it. */
export type Eventually<Value> = Value | PromiseLike<Value>;

/** As graphql-js tells them apart. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  return typeof (value as { then?: unknown }).then === "function";
}
