/** The key in a router's representation of an entity: text, or an integer as text; null for anything else. */
export function referenceKey(id: unknown): string | null {
  if (typeof id === "string") return id;
  return typeof id === "number" && Number.isSafeInteger(id) ? String(id) : null;
}
