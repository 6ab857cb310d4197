import {
  GraphQLError,
  GraphQLScalarType,
  Kind,
  type ObjectValueNode,
  type ValueNode,
  valueFromASTUntyped,
} from "graphql";
import { describeJson, isJsonObject } from "../http/answer.ts";
import { toDate, toDateTime, toDecimal } from "./values.ts";

/** A point in time as RFC 3339 text in UTC, to the millisecond. */
export const DateTimeScalar = textScalar({
  name: "DateTime",
  description: 'A point in time as RFC 3339 text in UTC, for example "2026-03-01T09:30:00.000Z".',
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  expected: "an RFC 3339 date and time with its offset",
  parse: toDateTime,
});

/** A calendar day as YYYY-MM-DD. */
export const DateScalar = textScalar({
  name: "Date",
  description: 'A calendar day without a time, as YYYY-MM-DD, for example "2026-03-01".',
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  expected: "a day as YYYY-MM-DD",
  parse: toDate,
});

/** A decimal number as text, so that no digit of an amount of money is lost to a float. */
export const DecimalScalar = textScalar({
  name: "Decimal",
  description: 'A decimal number as text, never a float, so that no digit is lost: "34.95".',
  expected: "a decimal number as text",
  parse: toDecimal,
});

/** Any JSON object. */
export const JsonObjectScalar = new GraphQLScalarType<object, object>({
  name: "JSONObject",
  description: "A JSON object of any shape.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
  serialize: (value) => value as object,
  parseValue: toJsonObject,
  parseLiteral: (node, variables) => {
    refuseUnsafeKeys(node);
    return toJsonObject(valueFromASTUntyped(node, variables));
  },
});

interface TextScalarOptions {
  name: string;
  description: string;
  specifiedByURL?: string;
  expected: string;
  parse(text: string): string | null;
}

function textScalar({ expected, parse, ...config }: TextScalarOptions) {
  const read = (value: unknown): string => {
    const parsed = typeof value === "string" ? parse(value) : null;
    if (parsed === null) throw new GraphQLError(`Expected ${expected}.`);
    return parsed;
  };
  return new GraphQLScalarType<string, string>({
    ...config,
    serialize: (value) => value as string,
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : null),
  });
}

function toJsonObject(value: unknown): object {
  if (!isJsonObject(value)) {
    throw new GraphQLError(`Expected a JSON object, got ${describeJson(value)}.`);
  }
  return value;
}

// valueFromASTUntyped drops `__proto__` silently; a key that vanishes would change what the caller asked for.
function refuseUnsafeKeys(node: ValueNode): void {
  if (node.kind === Kind.LIST) node.values.forEach(refuseUnsafeKeys);
  if (node.kind === Kind.OBJECT) (node as ObjectValueNode).fields.forEach(refuseUnsafeField);
}

function refuseUnsafeField({ name, value }: ObjectValueNode["fields"][number]): void {
  if (name.value === "__proto__") throw new GraphQLError("A JSON object may not have the key __proto__.");
  refuseUnsafeKeys(value);
}
