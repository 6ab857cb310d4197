import type { IncomingMessage } from "node:http";

const LARGEST_BODY_BYTES = 1024 * 1024;

export type JsonBody = { value: unknown } | { problem: "too large" | "malformed" };

/** Reads a request's JSON body, at most 1 MB; empty is undefined. Rejects if the caller breaks off. */
export async function readJsonBody(request: IncomingMessage): Promise<JsonBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read on to the end without keeping it: answering in mid-body would reset the caller's connection.
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > LARGEST_BODY_BYTES) return { problem: "too large" };
  return parseJson(Buffer.concat(chunks).toString("utf8"));
}

function parseJson(text: string): JsonBody {
  if (text === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: "malformed" };
  }
}
