/**
 * Every way a simulated provider can misbehave, in one table.
 *
 * `code` is the last three digits of the ids and numbers that ask for the fault. Up to 502 it is the HTTP status; 503 and 55x
 * are failures the provider reports in its own words; 9xx are what a status cannot say.
 *
 * `charges` is the worst case for a client: wherever it cannot know whether it was charged, it was, and what it paid for exists.
 *
 * `does`:
 * - `refuse`: the provider's own error body with `status` and `message`
 * - `bare`: `status` and a line of plain text
 * - `html`: `status` and a web page, as proxies and login walls answer
 * - the rest: see http/deliver.ts
 */
export const FAULTS = {
  redirect: { code: 302, charges: false, does: "redirect" },
  "bad-request": { code: 400, charges: false, does: "refuse", status: 400, message: "Invalid field values provided" },
  unauthorized: { code: 401, charges: false, does: "refuse", status: 401, message: "Invalid token." },
  "insufficient-funds": { code: 402, charges: false, does: "refuse", status: 402, message: "Insufficient fund" },
  forbidden: { code: 403, charges: false, does: "refuse", status: 403, message: "Permission denied" },
  "not-found": { code: 404, charges: false, does: "refuse", status: 404, message: "Not found" },
  "method-not-allowed": { code: 405, charges: false, does: "refuse", status: 405, message: "Method not allowed" },
  "version-refused": {
    code: 406,
    charges: false,
    does: "refuse",
    status: 406,
    message: "Invalid API version requested",
  },
  "request-timeout": { code: 408, charges: true, does: "bare", status: 408 },
  conflict: { code: 409, charges: false, does: "refuse", status: 409, message: "Conflict" },
  unprocessable: { code: 422, charges: false, does: "refuse", status: 422, message: "Unprocessable" },
  "too-early": { code: 425, charges: true, does: "bare", status: 425 },
  "too-many-requests": { code: 429, charges: false, does: "refuse", status: 429, message: "Too many requests" },
  "frozen-ssn": { code: 451, charges: false, does: "refuse", status: 451, message: "Frozen SSN" },
  "server-error": { code: 500, charges: true, does: "bare", status: 500 },
  "bad-gateway": { code: 502, charges: true, does: "html", status: 502 },
  // Youverify documents one failure with two codes and two spellings: 500 "reachable" (550 here) and 503 "reacheable".
  "upstream-unreachable-503": {
    code: 503,
    charges: false,
    does: "refuse",
    status: 503,
    message: "Third-party provider not reacheable",
  },
  "upstream-unreachable-500": {
    code: 550,
    charges: false,
    does: "refuse",
    status: 500,
    message: "Third-party provider not reachable",
  },
  "internal-error": { code: 551, charges: true, does: "refuse", status: 500, message: "Internal Server Error" },
  slow: { code: 901, charges: true, does: "slow" },
  hung: { code: 902, charges: true, does: "hang" },
  reset: { code: 903, charges: true, does: "reset" },
  html: { code: 904, charges: true, does: "html", status: 200 },
  truncated: { code: 905, charges: true, does: "truncate" },
  empty: { code: 906, charges: true, does: "empty" },
  "html-forbidden": { code: 907, charges: true, does: "html", status: 403 },
  unsuccessful: { code: 908, charges: true, does: "deny-success" },
  "broken-status-line": { code: 909, charges: true, does: "garble" },
  dripping: { code: 910, charges: true, does: "drip" },
  huge: { code: 911, charges: true, does: "flood" },
  "without-id": { code: 912, charges: true, does: "strip" },
  "no-content": { code: 913, charges: true, does: "no-content" },
} as const satisfies Record<string, FaultShape>;

export type FaultName = keyof typeof FAULTS;

export type Fault = (typeof FAULTS)[FaultName];

type FaultShape = { code: number; charges: boolean } & (
  | { does: "refuse"; status: number; message: string }
  | { does: "bare" | "html"; status: number }
  | { does: "redirect" | "slow" | "hang" | "reset" | "truncate" | "empty" | "deny-success" | "garble" }
  | { does: "drip" | "flood" | "strip" | "no-content" }
);

const FAULT_BY_CODE: ReadonlyMap<number, FaultName> = new Map(
  Object.entries(FAULTS).map(([name, fault]) => [fault.code, name as FaultName]),
);

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

export function isFaultName(value: unknown): value is FaultName {
  return typeof value === "string" && Object.hasOwn(FAULTS, value);
}

/** The fault whose three-digit code `pattern`'s first group finds in an id, e.g. 402 in `90402`; null if there is none. */
export function faultInId(id: string, pattern: RegExp): FaultName | null {
  const code = pattern.exec(id)?.[1];
  return code === undefined ? null : (FAULT_BY_CODE.get(Number(code)) ?? null);
}
