import { registerEnumType } from "type-graphql";

/** Of each value, what it means. */
type Meanings = Readonly<Record<string, string>>;

/** An enum of the graph, in the order given: each value once, with what it means, which is also what clients read. */
export function describedEnum<const Values extends Meanings>(name: string, description: string, meanings: Values) {
  const entries = Object.entries(meanings);
  const values = Object.fromEntries(entries.map(([value]) => [value, value]));
  const valuesConfig = Object.fromEntries(entries.map(([value, meaning]) => [value, { description: meaning }]));
  registerEnumType(values, { name, description, valuesConfig });
  return values as { readonly [Value in keyof Values]: Value };
}

/** The value of an enum of a provider's for whatever its pages do not name. */
export const notMet = { UNKNOWN: "A value of the provider's that this graph does not know yet." } as const;
