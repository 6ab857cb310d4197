import { connect, type Socket } from "node:net";

/**
 * One keep-alive connection that sends whole requests and waits for their answers, one at a time. It reads as much of HTTP/1.1
 * as servers here answer with, for a client that does more takes the processor from whom it measures.
 */
export class Connection {
  private readonly socket: Socket;
  private received = Buffer.alloc(0);
  private waiting: PromiseWithResolvers<Buffer> | undefined;

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.socket.on("data", (chunk: Buffer) => this.receive(chunk));
    this.socket.on("error", (error) => this.waiting?.reject(error));
    this.socket.on("close", () => this.waiting?.reject(new Error("Expected an answer, got a closed connection")));
  }

  /** The whole answer, head and body, as it came. */
  ask(request: Buffer): Promise<Buffer> {
    this.waiting = Promise.withResolvers<Buffer>();
    this.socket.write(request);
    return this.waiting.promise;
  }

  close(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    if (!isWhole(this.received)) return;
    const answer = this.received;
    this.received = Buffer.alloc(0);
    this.waiting?.resolve(answer);
  }
}

function isWhole(answer: Buffer): boolean {
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const head = answer.toString("latin1", 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return answer.length >= headEnd + 4 + Number(length);
  return answer.subarray(-5).equals(lastChunk);
}

const lastChunk = Buffer.from("0\r\n\r\n");

/** The body of an answer; one in chunks is put together. */
export function bodyOf(answer: Buffer): string {
  const headEnd = answer.indexOf("\r\n\r\n");
  let rest = answer.subarray(headEnd + 4);
  if (!/transfer-encoding: *chunked/i.test(answer.toString("latin1", 0, headEnd))) return rest.toString();
  const chunks: Buffer[] = [];
  for (;;) {
    const lineEnd = rest.indexOf("\r\n");
    const length = Number.parseInt(rest.toString("latin1", 0, lineEnd), 16);
    if (!length) return Buffer.concat(chunks).toString();
    chunks.push(rest.subarray(lineEnd + 2, lineEnd + 2 + length));
    rest = rest.subarray(lineEnd + 2 + length + 2);
  }
}

export function statusOf(answer: Buffer): number {
  return Number(answer.toString("latin1", 9, 12));
}

export function requestOf(body: string, token: string): Buffer {
  const head = [
    "POST /graphql HTTP/1.1",
    "host: 127.0.0.1",
    "content-type: application/json",
    "accept: application/json",
    `authorization: Bearer ${token}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}
