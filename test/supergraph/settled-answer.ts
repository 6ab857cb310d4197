import type { GraphAnswer, Json } from "../support/graph-answer.ts";

/** The first error's code, or the problem's type; "data" for what was wanted. */
export function whatCame({ data, errors }: GraphAnswer<Json>): string {
  if (errors?.[0]) return errors[0].extensions.code;
  return resultOf(data)?.__typename ?? "data";
}

/** What the one root field of an answer gave. */
export function resultOf(data: Json): Json {
  return data ? Object.values<Json>(data)[0] : undefined;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const time = /^\d{4}-\d\d-\d\d(T.+)?$/;

/** The same without what differs from run to run and from router to router; of errors what a client goes by. */
export function settled({ data, errors }: GraphAnswer<Json>): Json {
  const told = errors?.map(({ message, path, extensions: { code, provider } }) => ({ message, path, code, provider }));
  return { data: withoutChance(data), ...(told && { errors: told }) };
}

function withoutChance(value: Json, name = ""): Json {
  if (Array.isArray(value)) return value.map((item) => withoutChance(item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutChance(member, key)]));
  }
  if (typeof value !== "string") return value;
  if (uuid.test(value) || time.test(value)) return "…";
  return /cursor$/i.test(name) || isBought(value) ? "…" : value;
}

// What was bought in this run has an id of its own.
function isBought(value: string): boolean {
  return (
    value.startsWith("vr_sandbox_reverified_") ||
    (/^[0-9a-f]{24}$/.test(value) && !value.startsWith("5a0db051000000000000"))
  );
}
