import type { Dispatcher } from "undici";

type ResponseHeaders = Dispatcher.ResponseData["headers"];

/** Whether a status refuses our key, our version or our use of the endpoint: an operator has to act. */
export function isOursToFix(status: number): boolean {
  return status === 401 || status === 403 || status === 406;
}

/** Whether an answer is a web page: then it comes from a proxy or an error page, not from the provider's API. */
export function isHtml(headers: ResponseHeaders, text: string): boolean {
  return /html/i.test(contentType(headers)) || startsPage(text);
}

// What may stand before a page's first tag: blanks and byte order marks, an XML declaration, comments.
const beforePage = /[\s\ufeff]+|<\?xml[^>]*>|<!--.*?-->/isy;
const pageTag = /<(!doctype|html|head|body)\b/iy;

// Piece by piece, each looked at once: one pattern for all of it would try every way to divide what it can't match.
function startsPage(text: string): boolean {
  let at = 0;
  do {
    pageTag.lastIndex = at;
    if (pageTag.test(text)) return true;
    beforePage.lastIndex = at;
    at = beforePage.test(text) ? beforePage.lastIndex : -1;
  } while (at >= 0);
  return false;
}

/** Whether an answer calls itself JSON. One without a content type is given the benefit of the doubt. */
export function claimsJson(headers: ResponseHeaders): boolean {
  return contentType(headers) === "" || isNamedJson(headers);
}

/** Whether an answer's content type says JSON. */
export function isNamedJson(headers: ResponseHeaders): boolean {
  return /\bjson\b/i.test(contentType(headers));
}

// A longer wait than a day is no wait but a refusal, and dates may lie centuries ahead.
const maxRetryAfterSeconds = 86_400;

/** Seconds to wait by a `Retry-After` header, given as seconds or as an HTTP date; undefined if there is no usable one. */
export function retryAfterSeconds(headers: ResponseHeaders, nowMs: number): number | undefined {
  const value = single(headers["retry-after"]);
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value), maxRetryAfterSeconds);
  const at = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, Math.ceil((at - nowMs) / 1000)), maxRetryAfterSeconds);
}

/** The JSON of a text, or undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a JSON value is an object, as a provider's answers are. */
export function isJsonObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The kind of a JSON value in words, for error messages that may not quote it. */
export function describeJson(value: unknown): string {
  if (value === undefined) return "no JSON";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function contentType(headers: ResponseHeaders): string {
  return single(headers["content-type"]);
}

function single(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header) ?? "";
}
