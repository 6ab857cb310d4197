import { z } from "zod";

// Parts of a schema for what a provider sends where nothing depends on it: a member that is missing, null or of another
// kind is as good as not told, and spoils nothing around it.

/** Text, or a number as text. Numbers arrive where pages promise text, and the other way round. */
export const text = z.transform((told): string | null | undefined => {
  if (typeof told === "string" || told === undefined) return told;
  return Number.isFinite(told) ? String(told) : null;
});

/** An object of any shape, kept whole. */
export const jsonObject = z.record(z.string(), z.unknown()).nullish().catch(null);

/** An object of which these members are read. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).nullish().catch(null);
}

/** A list whose unreadable items are passed over. */
export function listOf<Output>(item: z.ZodType<Output>) {
  return z.transform((items) => (Array.isArray(items) ? readableOf(item, items) : []));
}

/** Adds the object as received, as `document`, to what is read of it. */
export function withDocument<Shape extends z.ZodRawShape>(shape: Shape) {
  const schema = z.object(shape);
  return z.record(z.string(), z.unknown()).transform((document, context) => {
    const { data } = schema.safeParse(document);
    if (data) return { ...data, document };
    context.issues.push({ code: "custom", input: document, message: "A member that must be there is not" });
    return z.NEVER;
  });
}

function readableOf<Output>(item: z.ZodType<Output>, items: unknown[]): Output[] {
  const readable: Output[] = [];
  for (const raw of items) {
    const { success, data } = item.safeParse(raw);
    if (success) readable.push(data);
  }
  return readable;
}
