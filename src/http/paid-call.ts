import { buildConnector, Client, type Dispatcher } from "undici";
import { within } from "../timing.ts";
import { readText } from "./body.ts";
import type { RequestPath } from "./request-path.ts";

/** What a client asks for. */
export interface PaidOrder {
  method: "POST" | "PUT";
  path: RequestPath;
  headers?: Record<string, string>;
  /** Sent as JSON; none if left out. */
  json?: object;
}

/** What is sent. */
export interface PaidRequest extends PaidOrder {
  origin: string;
  headers: Record<string, string>;
  /** When to stop waiting for the whole answer, in milliseconds. */
  timeoutMs: number;
  /** How much of an answer is read, in bytes; a longer one counts as one that broke off. */
  maxBodyBytes: number;
}

/** What came back, before anyone judges what it means for the money. */
export type PaidReply =
  | {
      kind: "answer";
      status: number;
      headers: Dispatcher.ResponseData["headers"];
      /** undefined: it broke off. */
      text: string | undefined;
    }
  /** Proven: no connected and secured socket ever existed, so no byte of the request left us. */
  | { kind: "not-sent"; cause: unknown }
  /** It may have been sent, and there is no answer. */
  | { kind: "no-answer"; cause: unknown };

const connectTimeoutMs = 5_000;
// The status line has told by then whether it was charged; nobody should wait for a body that drips.
const maxBodyMs = 10_000;

/**
 * Sends a request that costs money, once: on a connection of its own, HTTP/1.1, without pipelining, retry, redirect or
 * interceptor, closed for good afterwards. Never throws.
 */
export async function sendPaidCall(request: PaidRequest): Promise<PaidReply> {
  const { client, hadSocket } = openLine(request);
  try {
    return await exchange(request, client);
  } catch (cause) {
    return { kind: hadSocket() ? "no-answer" : "not-sent", cause };
  } finally {
    await client.destroy();
  }
}

async function exchange(request: PaidRequest, client: Client): Promise<PaidReply> {
  const { method, path, headers, json, timeoutMs, maxBodyBytes } = request;
  const response = await client.request({
    path: path.encoded,
    method,
    headers: json ? { ...headers, "content-type": "application/json" } : headers,
    body: json ? JSON.stringify(json) : null,
    signal: AbortSignal.timeout(timeoutMs),
  });
  // The status line alone says that the provider took the request; a body that breaks off does not take that back.
  const reading = readText(response, maxBodyBytes).catch(() => undefined);
  const text = await within(reading, maxBodyMs, undefined);
  return { kind: "answer", status: response.statusCode, headers: response.headers, text };
}

// An error code alone proves nothing: the same ECONNRESET comes before and after sending. What proves it is that our
// connector never handed over a socket, which for https it does only after the TLS handshake.
function openLine({ origin, timeoutMs }: PaidRequest) {
  // No signal breaks off connecting.
  const connect = buildConnector({
    timeout: Math.min(connectTimeoutMs, timeoutMs),
    allowH2: false,
    // The environment can turn the check off for everybody who says nothing.
    rejectUnauthorized: true,
  });
  let dialled = false;
  let hadSocket = false;
  const client = new Client(origin, {
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) => {
      if (dialled) return callback(new Error("A paid call has one connection only"), null);
      dialled = true;
      connect(options, (error, socket) => {
        // On failure undici leaves the socket out altogether, though its types promise null.
        hadSocket ||= Boolean(socket);
        if (error) callback(error, null);
        else callback(null, socket);
      });
    },
  });
  return { client, hadSocket: () => hadSocket };
}
