import type { Dispatcher } from "undici";
import {
  claimsJson,
  describeJson,
  isHtml,
  isJsonObject,
  isNamedJson,
  isOursToFix,
  parseJson,
  retryAfterSeconds,
} from "./answer.ts";
import type { CallOutcome } from "./http-observer.ts";
import type { ProviderFailure } from "./provider-error.ts";

type Headers = Dispatcher.ResponseData["headers"];

/** What an answer to a read is good for. */
export type ReadAnswer =
  /** A JSON object, or null where the provider says that there is none. */
  { outcome: "ok" | "not-found"; json: object | null } | ReadRefusal;

export interface ReadRefusal {
  outcome: Exclude<CallOutcome, "ok" | "not-found">;
  failure: Omit<ProviderFailure, "provider">;
  /** What was odd about it, for whoever counts. */
  odd?: string;
}

/** Judges a whole answer. A web page is nobody's word: docs/decisions/html-is-no-answer.md. */
export function judgeReadAnswer(status: number, headers: Headers, text: string): ReadAnswer {
  if (status === 404 && !isHtml(headers, text)) return { outcome: "not-found", json: null };
  if (status < 200 || status > 299) return judgeRefusal(status, headers, text);

  const oddity = findOddity(status, headers, text);
  const json = oddity ? undefined : parseJson(text);
  if (isJsonObject(json)) return { outcome: "ok", json };
  const message = `expected a JSON object, got ${describeJson(json)}`;
  const odd = oddity ?? (json === undefined ? "truncated-json" : "not-an-object");
  return { outcome: "malformed", failure: { kind: "malformed", message, status }, odd };
}

/**
 * Judges an answer whose body can't be had, by its status; undefined where that takes the body: a success is nothing without
 * one, and what says 404 and does not call itself JSON may be a web page.
 */
export function judgeStatus(status: number, headers: Headers): ReadAnswer | undefined {
  const tellsByItself = status === 404 ? isNamedJson(headers) : status < 200 || status > 299;
  return tellsByItself ? judgeReadAnswer(status, headers, "") : undefined;
}

function findOddity(status: number, headers: Headers, text: string): string | undefined {
  if (status === 204) return "no-content";
  if (isHtml(headers, text)) return "html";
  if (!claimsJson(headers)) return "content-type";
  return text.trim() === "" ? "empty" : undefined;
}

function judgeRefusal(status: number, headers: Headers, text: string): ReadRefusal {
  const message = `expected a success, got status ${status}`;
  if (isOursToFix(status)) {
    const failure = { message: `${message}: our key or version is refused`, status, oursToFix: true } as const;
    return { outcome: "refused-credentials", failure: { kind: "unavailable", ...failure } };
  }
  if (status === 429 || status >= 500) {
    const failure = { kind: "unavailable", message, status } as const;
    return {
      outcome: status === 429 ? "rate-limited" : "unavailable",
      failure: { ...failure, retryAfterSeconds: retryAfterSeconds(headers, Date.now()) },
    };
  }
  const odd = status < 400 ? "redirect" : isHtml(headers, text) ? "html" : undefined;
  return { outcome: "rejected", failure: { kind: "malformed", message, status }, ...(odd && { odd }) };
}
