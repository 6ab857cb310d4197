import { type Answer, jsonAnswer } from "../http/answer.ts";

/** Truework's error body; `invalidFields` names what was wrong with which field. */
export function problem(status: number, message: string, invalidFields?: Record<string, string[]>): Answer {
  const error = { message, ...(invalidFields !== undefined && { invalid_fields: invalidFields }) };
  return jsonAnswer(status, { error }, status === 429 ? { "retry-after": "2" } : {});
}

export function invalid(field: string, problemText: string): Answer {
  return problem(400, "Invalid field values provided", { [field]: [problemText] });
}
