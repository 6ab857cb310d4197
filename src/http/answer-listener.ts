import type { Dispatcher } from "undici";
import { BodyTooLarge, toText } from "./body.ts";

export interface AnswerHead {
  status: number;
  headers: Dispatcher.ResponseData["headers"];
}

/** What was heard of an answer: all of it, or what there was until something ended it. */
export type Heard = { head: AnswerHead; text: string } | HeardInPart;

export interface HeardInPart {
  head: AnswerHead | undefined;
  cause: unknown;
  /** Its time was up. */
  isLate: boolean;
  /** There was a connection to send the request on. */
  isSent: boolean;
}

/**
 * Listens to one answer until it is whole, breaks off, or is too late. It is told by undici's dispatcher itself: with a stream
 * and a signal in between, a read takes a fifth more of the processor.
 */
export class AnswerListener implements Dispatcher.DispatchHandler {
  readonly heard: Promise<Heard>;
  private readonly settle: (heard: Heard) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private head: AnswerHead | undefined;
  private readonly pieces: Buffer[] = [];
  private length = 0;
  private isLate = false;

  constructor(private readonly maxBytes: number) {
    const { promise, resolve } = Promise.withResolvers<Heard>();
    this.heard = promise;
    this.settle = resolve;
  }

  /** Its time is up. What still waits for its connection is not sent any more. */
  giveUp(): void {
    this.isLate = true;
    this.breakOff(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isLate) controller.abort(new Error("Its time was up before there was a connection"));
  }

  onResponseStart(_controller: unknown, status: number, headers: AnswerHead["headers"]): void {
    // Below 200 it is no answer yet.
    if (status >= 200) this.head = { status, headers };
  }

  onResponseData(_controller: unknown, piece: Buffer): void {
    this.length += piece.length;
    if (this.length > this.maxBytes) this.breakOff(new BodyTooLarge(this.maxBytes));
    else this.pieces.push(piece);
  }

  onResponseEnd(): void {
    if (this.head) void this.settleWhole(this.head);
  }

  onResponseError(_controller: unknown, cause: Error): void {
    this.settleInPart(cause);
  }

  private async settleWhole(head: AnswerHead): Promise<void> {
    try {
      const text = toText(head.headers, joined(this.pieces), this.maxBytes);
      this.settle({ head, text: typeof text === "string" ? text : await text });
    } catch (cause) {
      this.settleInPart(cause);
    }
  }

  // Settled first: undici tells of the end that this is as well.
  private breakOff(cause: Error): void {
    this.settleInPart(cause);
    this.controller?.abort(cause);
  }

  private settleInPart(cause: unknown): void {
    this.settle({ head: this.head, cause, isLate: this.isLate, isSent: this.controller !== undefined });
  }
}

// Most answers come in one piece, which needs no copy.
function joined(pieces: Buffer[]): Buffer {
  const [only] = pieces;
  return only && pieces.length === 1 ? only : Buffer.concat(pieces);
}
