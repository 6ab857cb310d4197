/** A part of an answer that is JSON already. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** Writes an answer as `JSON.stringify` does, with what is JSON already put in as it is. */
export function writeJson(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (value instanceof JsonText) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item) ?? "null").join(",")}]`;
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") return JSON.stringify(value);
  let members = "";
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue;
    const text = writeJson((value as Record<string, unknown>)[name]);
    if (text !== undefined) members += `${members && ","}${JSON.stringify(name)}:${text}`;
  }
  return `{${members}}`;
}
