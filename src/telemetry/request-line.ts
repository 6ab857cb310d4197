import type { AnsweredRequest } from "../server/request-log.ts";

// Nothing that a process or a host is called, and numbers that no request has. In the order in which the logger says them.
const sample = { requestId: "<requestId>", method: "<method>", route: "<route>", status: -100_001, ms: -100_002 };

/**
 * Makes the line for a request from the logger's own: it says it once, of a request that was never made, and what it said
 * is taken apart at what differs. The logger itself takes ten times as long for each line.
 *
 * @param say has the logger say it, and gives the line.
 */
export function lineOfRequests(say: (request: AnsweredRequest) => string): (request: AnsweredRequest) => string {
  const said = say(sample).replace(/"time":\d+/, '"time":"<time>"');
  const names = ["<time>", ...Object.values(sample)].map((value) => JSON.stringify(value));
  const [start, ...parts] = said.split(new RegExp(names.join("|")));
  if (parts.length !== names.length) throw new Error(`Expected a line of each of ${names.join(", ")}, got ${said}`);
  const [beforeId, beforeMethod, beforeRoute, beforeStatus, beforeMs, end] = parts;
  return ({ requestId, method, route, status, ms }) =>
    `${start}${Date.now()}${beforeId}${JSON.stringify(requestId)}${beforeMethod}${JSON.stringify(method)}` +
    `${beforeRoute}${JSON.stringify(route)}${beforeStatus}${status}${beforeMs}${ms}${end}`;
}
