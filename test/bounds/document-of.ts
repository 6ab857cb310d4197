/** A query that spreads so many fragments, each with what `each` writes. */
export function documentOf({ fragments, each }: { fragments: number; each(fragment: number): string }): string {
  const numbers = Array.from({ length: fragments }, (_, i) => i);
  const spreads = numbers.map((i) => `...F${i}`).join(" ");
  return `{ ${spreads} } ${numbers.map((i) => `fragment F${i} on Query { ${each(i)} }`).join(" ")}`;
}
