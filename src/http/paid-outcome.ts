import { isHtml, isNamedJson, isOursToFix, parseJson, retryAfterSeconds } from "./answer.ts";
import type { PaidReply } from "./paid-call.ts";

/** What a provider's reply to a paid call means for the money. */
export type PaidOutcome =
  /** The provider accepted the request. `body` is its JSON, undefined where it sent none that can be read. */
  | { state: "CHARGED"; status: number; body: unknown }
  | NotCharged
  /** It may have been processed, and no trustworthy answer says whether. `reason` is in our words. */
  | { state: "UNKNOWN"; reason: string; status?: number };

/** The request is known not to have been processed. */
export type NotCharged =
  | { state: "NOT_CHARGED"; because: "insufficient-funds" | "not-found" | "rejected"; status: number }
  | {
      state: "NOT_CHARGED";
      because: "unavailable";
      status?: number;
      retryAfterSeconds?: number | undefined;
      /** An operator has to act: our key, version or use of the endpoint is refused. */
      oursToFix?: boolean;
    };

/** Where a provider means something else by a status than the rest do. It gets answers that are not in HTML only. */
export type ProviderDialect = (status: number, body: unknown) => NotCharged | undefined;

/** Reads the table of answers in docs/paid-mutations.md. What it does not name is UNKNOWN. */
export function judgePaidReply(reply: PaidReply, dialect: ProviderDialect = () => undefined): PaidOutcome {
  if (reply.kind === "not-sent") return { state: "NOT_CHARGED", because: "unavailable" };
  if (reply.kind === "no-answer") return { state: "UNKNOWN", reason: "it may have been sent, and no answer came" };

  const { status, headers, text = "" } = reply;
  if (isHtml(headers, text)) return { state: "UNKNOWN", status, reason: `status ${status} with a web page` };
  // What broke off may have been a page, unless it called itself something else.
  if (reply.text === undefined && status >= 400 && !isNamedJson(headers)) {
    return { state: "UNKNOWN", status, reason: `status ${status} with an answer that broke off` };
  }
  const body = parseJson(text);
  if (status >= 200 && status <= 299) return judgeSuccess(status, body);
  return dialect(status, body) ?? judgeRefusal(status, () => retryAfterSeconds(headers, Date.now()));
}

function judgeSuccess(status: number, body: unknown): PaidOutcome {
  const contradicted = typeof body === "object" && body !== null && "success" in body && body.success === false;
  if (contradicted) return { state: "UNKNOWN", status, reason: `status ${status}, but the body says it failed` };
  return { state: "CHARGED", status, body };
}

function judgeRefusal(status: number, retryAfter: () => number | undefined): PaidOutcome {
  if (isOursToFix(status)) return { state: "NOT_CHARGED", because: "unavailable", status, oursToFix: true };
  switch (status) {
    case 402:
      return { state: "NOT_CHARGED", because: "insufficient-funds", status };
    case 429:
      return { state: "NOT_CHARGED", because: "unavailable", status, retryAfterSeconds: retryAfter() };
    case 408: // both say that the request was not read, or not yet: a proxy may say so while the provider works on
    case 425:
      return { state: "UNKNOWN", status, reason: `status ${status}` };
  }
  if (status >= 400 && status <= 499) return { state: "NOT_CHARGED", because: "rejected", status };
  return { state: "UNKNOWN", status, reason: `status ${status}` };
}
