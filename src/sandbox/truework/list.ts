import type { Answer } from "../http/answer.ts";
import { invalid } from "./problem.ts";
import { documentedState, stateAt } from "./verification.ts";
import type { VerificationStore } from "./verification-store.ts";

const STATES = ["pending-approval", "action-required", "invalid", "processing", "completed", "canceled"];
const DEFAULT_LIMIT = 25;
/** A guess: Truework does not say how long a page may be. A longer one is cut to this. */
const LARGEST_LIMIT = 100;

/** `GET /verification-requests/?state=&limit=&offset=`: one page, newest first. */
export function listAnswer(
  store: VerificationStore,
  { query, origin, now }: { query: URLSearchParams; origin: string; now: number },
): Answer {
  const state = query.get("state");
  const limit = wholeNumber(query.get("limit"), DEFAULT_LIMIT);
  const offset = wholeNumber(query.get("offset"), 0);
  if (state !== null && !STATES.includes(state)) return invalid("state", `"${state}" is not a valid choice.`);
  if (limit === null || limit === 0) return invalid("limit", "A valid integer is required.");
  if (offset === null) return invalid("offset", "A valid integer is required.");

  const all = store.newestFirst();
  const fitting = state === null ? all : all.filter((one) => documentedState(stateAt(one, now)) === state);
  const size = Math.min(limit, LARGEST_LIMIT);
  const link = (from: number) => {
    const parameters = new URLSearchParams({
      limit: String(size),
      offset: String(from),
      ...(state !== null && { state }),
    });
    return JSON.stringify(`${origin}/verification-requests/?${parameters}`);
  };
  const next = offset + size < fitting.length ? link(offset + size) : "null";
  // Absent on the first page, as in Truework's own sample.
  const previous = offset > 0 ? `"previous":${link(Math.max(0, offset - size))},` : "";
  const results = fitting.slice(offset, offset + size).map((one) => store.json(one));
  return {
    status: 200,
    body: `{"count":${fitting.length},"next":${next},${previous}"results":[${results.join(",")}]}`,
  };
}

function wholeNumber(text: string | null, otherwise: number): number | null {
  if (text === null || text === "") return otherwise;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
