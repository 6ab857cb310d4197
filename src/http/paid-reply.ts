import { isHtml, isOursToFix } from "./answer.ts";
import type { CallOutcome } from "./http-observer.ts";
import type { PaidReply } from "./paid-call.ts";

/** The name of a reply to a paid call for whoever counts calls; what it means for the money is in paid-outcome.ts. */
export function namePaidOutcome(reply: PaidReply): CallOutcome {
  if (reply.kind === "no-answer") return isTimeout(reply.cause) ? "timeout" : "no-answer";
  if (reply.kind === "not-sent") return "not-sent";
  const { status } = reply;
  if (status >= 200 && status <= 299) return "ok";
  if (status >= 500) return "unavailable";
  if (isOursToFix(status)) return "refused-credentials";
  return named[status] ?? "rejected";
}

/** What is odd about a reply to a paid call, whatever its status. */
export function findPaidOddity(reply: PaidReply): string | undefined {
  if (reply.kind !== "answer") return undefined;
  if (reply.status >= 300 && reply.status <= 399) return "redirect";
  if (reply.text === undefined) return "broken-off";
  return isHtml(reply.headers, reply.text) ? "html" : undefined;
}

const named: Record<number, CallOutcome> = {
  404: "not-found",
  429: "rate-limited",
};

function isTimeout(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === "TimeoutError";
}
