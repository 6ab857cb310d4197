import type { Dispatcher } from "undici";
import { describe, expect, it, vi } from "vitest";
import { AnswerListener } from "../../src/http/answer-listener.ts";

const aController = () => ({ abort: vi.fn() }) as unknown as Dispatcher.DispatchController;

describe("a listener to an answer", () => {
  it("hears it whole, of however many pieces", async () => {
    const listener = new AnswerListener(100);

    listener.onRequestStart(aController());
    listener.onResponseStart(null, 103, {});
    listener.onResponseStart(null, 200, { "content-type": "application/json" });
    for (const piece of ['{"name":"Caf', "\u00e9", '"}']) listener.onResponseData(null, Buffer.from(piece));
    listener.onResponseEnd();

    const head = { status: 200, headers: { "content-type": "application/json" } };
    expect(await listener.heard).toEqual({ head, text: '{"name":"Café"}' });
  });

  it("breaks off what is longer than it may be, and what comes too late", async () => {
    const [long, late] = [new AnswerListener(1), new AnswerListener(1)];
    const controllers = [long, late].map((listener) => {
      const controller = aController();
      listener.onRequestStart(controller);
      listener.onResponseStart(null, 200, {});
      return controller;
    });

    long.onResponseData(null, Buffer.from("{}"));
    late.giveUp();
    late.onResponseEnd();

    const head = { status: 200, headers: {} };
    expect(await long.heard).toMatchObject({ head, cause: { name: "BodyTooLarge" }, isLate: false });
    expect(await late.heard).toMatchObject({ head, cause: { name: "TimeoutError" }, isLate: true, isSent: true });
    for (const controller of controllers) expect(controller.abort).toHaveBeenCalledOnce();
  });

  it("that gave up before there was a connection lets nothing be sent on it", async () => {
    const listener = new AnswerListener(1);
    const controller = aController();

    listener.giveUp();
    listener.onRequestStart(controller);

    expect(await listener.heard).toMatchObject({ head: undefined, isLate: true, isSent: false });
    expect(controller.abort).toHaveBeenCalledOnce();
  });
});
