import { type Answer, jsonAnswer } from "../http/answer.ts";

const NAMES: Readonly<Record<number, { name: string; message?: string }>> = {
  400: { name: "ValidationError" },
  402: { name: "PaymentRequiredError", message: "Insufficient fund" },
  403: { name: "UnauthorizedError", message: "Permission denied" },
  404: { name: "ResourceNotFoundError", message: "You have attempted to get a resource that does not exist." },
};

/** Youverify's error envelope; the statuses it documents have its own words. */
export function problem(status: number, message = "Something went wrong"): Answer {
  const { name = "Error", message: documented = message } = NAMES[status] ?? {};
  const envelope = { success: false, statusCode: status, message: documented, name, data: {} };
  return jsonAnswer(status, envelope, status === 429 ? { "retry-after": "2" } : {});
}
