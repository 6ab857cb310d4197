import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LineBuffer } from "../../src/telemetry/line-buffer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function aBuffer() {
  const written: string[] = [];
  return { written, buffer: new LineBuffer({ write: (text) => void written.push(text) }) };
}

describe("lines on their way to the log", () => {
  it("are written together, at most 100 ms late", () => {
    const { written, buffer } = aBuffer();
    buffer.write("a\n");
    vi.advanceTimersByTime(99);
    buffer.write("b\n");
    expect(written).toEqual([]);

    vi.advanceTimersByTime(1);
    expect(written).toEqual(["a\nb\n"]);

    buffer.write("c\n");
    vi.advanceTimersByTime(100);
    expect(written).toEqual(["a\nb\n", "c\n"]);
  });

  it("are written as soon as they are many", () => {
    const { written, buffer } = aBuffer();
    for (let line = 0; line < 100; line += 1) buffer.write(`${"x".repeat(999)}\n`);

    expect(written.join("")).toHaveLength(100 * 1000 - (100 % 16) * 1000);
    expect(written).toHaveLength(6);
  });

  it("are written at once where one must not be late, in their order", () => {
    const { written, buffer } = aBuffer();
    buffer.write("a\n");
    buffer.write("b\n");
    buffer.flush();
    buffer.flush();

    expect(written).toEqual(["a\nb\n"]);
    vi.advanceTimersByTime(1_000);
    expect(written).toEqual(["a\nb\n"]);
  });
});
