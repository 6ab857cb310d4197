import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import type { Dispatcher } from "undici";

/** An answer's body is longer than what is read, as it was sent or once it is unpacked. */
export class BodyTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`expected at most ${maxBytes} bytes, got more`);
    this.name = "BodyTooLarge";
  }
}

/** An answer's body came whole, and is not packed as it says. */
export class NotUnpackable extends Error {
  constructor(cause: unknown) {
    super("its answer can't be unpacked", { cause });
    this.name = "NotUnpackable";
  }
}

// We ask for none of these, but a proxy on the way may pack an answer all the same.
const unpacking = new Map([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
]);

/**
 * The text of an answer's body, unpacked.
 *
 * @throws BodyTooLarge, NotUnpackable; and whatever breaks off the reading.
 */
export async function readText(
  { headers, body }: Pick<Dispatcher.ResponseData, "headers" | "body">,
  maxBytes: number,
): Promise<string> {
  return toText(headers, await readBytes(body, maxBytes), maxBytes);
}

/**
 * The text of a body that came whole, at once where it is not packed.
 *
 * @throws BodyTooLarge, NotUnpackable, by the promise.
 */
export function toText(
  headers: Dispatcher.ResponseData["headers"],
  bytes: Buffer,
  maxBytes: number,
): string | Promise<string> {
  const unpack = bytes.length > 0 ? findUnpacking(headers["content-encoding"]) : undefined;
  return unpack ? unpacked(unpack, bytes, maxBytes).then((text) => utf8.decode(text)) : utf8.decode(bytes);
}

const utf8 = new TextDecoder();

function findUnpacking(encoding: string | string[] | undefined): Unpack | undefined {
  return encoding === undefined ? undefined : unpacking.get(String(encoding).trim().toLowerCase());
}

async function readBytes(body: Dispatcher.ResponseData["body"], maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    // Leaving the loop destroys the body, and its connection with it.
    if (length > maxBytes) throw new BodyTooLarge(maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

type Unpack = (packed: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

async function unpacked(unpack: Unpack, packed: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await unpack(packed, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (cause instanceof RangeError && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") {
      throw new BodyTooLarge(maxBytes);
    }
    throw new NotUnpackable(cause);
  }
}
