import type { ServerResponse } from "node:http";
import type { RequestObserver, RequestWatch } from "../graphql/request-observer.ts";

/** Counts a request until its response is closed, which it is in any case: there is no other end where the client has left. */
export function watchRequest(
  response: ServerResponse,
  requests: RequestObserver | undefined,
): RequestWatch | undefined {
  if (!requests) return undefined;
  const watch = requests.begin();
  response.on("close", () => watch.end({ status: response.statusCode, complete: response.writableEnded }));
  return watch;
}
