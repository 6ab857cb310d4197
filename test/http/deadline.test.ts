import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Deadline } from "../../src/http/deadline.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe("a deadline", () => {
  it("tells whoever waits once it has passed, however late they began to wait", () => {
    const deadline = new Deadline(100);
    const told = vi.fn();

    vi.advanceTimersByTime(40);
    deadline.whenPassed(told);
    vi.advanceTimersByTime(59);
    expect(told).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);

    expect(told).toHaveBeenCalledOnce();
    expect(deadline.leftMs).toBe(0);
  });

  it("tells nothing to whoever waits no longer", () => {
    const told = vi.fn();

    const forget = new Deadline(100).whenPassed(told);
    forget();
    vi.advanceTimersByTime(200);

    expect(told).not.toHaveBeenCalled();
  });
});
