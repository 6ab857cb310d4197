import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../faults.ts";
import type { Answer } from "./answer.ts";

/** The good answer, and what the provider needs to spoil it in its own style. */
export interface Delivery {
  answer: Answer;
  /** The provider's error body for a status. */
  problem(status: number, message: string): Answer;
  /** How long a slow answer takes, in milliseconds. */
  slowMs: number;
}

const HTML =
  "<!doctype html><html><head><title>Please sign in</title></head><body><h1>Please sign in</h1></body></html>";
/** More than any sensible bound on a provider's answer. */
const FLOOD_BYTES = 16 * 1024 * 1024;
const DRIP_INTERVAL_MS = 100;

/** Answers in full. Does nothing if the caller has hung up. */
export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** Answers the way the fault says. */
export async function deliverSpoiled(response: ServerResponse, fault: Fault, delivery: Delivery): Promise<void> {
  const { answer, problem, slowMs } = delivery;
  switch (fault.does) {
    case "refuse":
      return send(response, problem(fault.status, fault.message));
    case "bare":
      return send(response, { ...text(fault.status, "text/plain"), body: "Something went wrong" });
    case "html":
      return send(response, { ...text(fault.status, "text/html; charset=utf-8"), body: HTML });
    case "redirect":
      // A client that follows shows up in the call log as "unmatched".
      return send(response, { status: 302, body: "", headers: { location: "/redirected" } });
    case "slow":
      // Unreferenced: a caller nobody waits for must not keep the process alive.
      await sleep(slowMs, undefined, { ref: false });
      return send(response, answer);
    case "hang":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "truncate":
      return truncate(response, answer);
    case "empty":
      return send(response, { status: answer.status, body: "" });
    case "deny-success":
      return send(response, { status: 200, body: '{"success":false,"message":"Something went wrong"}' });
    case "garble":
      response.socket?.end("HTP/what 2OO\r\n\r\n");
      return;
    case "drip":
      return drip(response);
    case "flood":
      return send(response, { status: 200, body: `{"padding":"${"x".repeat(FLOOD_BYTES)}"}` });
    case "strip":
      return send(response, { status: answer.status, body: "{}" });
    case "no-content":
      response.writeHead(204).end();
      return;
  }
}

function text(status: number, contentType: string) {
  return { status, headers: { "content-type": contentType } };
}

/** Promises the whole body, sends half of it and closes the connection. */
function truncate(response: ServerResponse, { status, body }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
  response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy());
}

/** Headers at once, then a space now and then for as long as the caller listens. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.write("{");
  const dripping = setInterval(() => response.write(" "), DRIP_INTERVAL_MS).unref();
  response.once("close", () => clearInterval(dripping));
}
