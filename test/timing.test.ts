import { describe, expect, it, vi } from "vitest";
import { onceATurn } from "../src/timing.ts";

describe("a clock that is looked at once for all that is done in one go", () => {
  it("says the same until something else is done, and then looks anew", async () => {
    const now = vi.fn().mockReturnValueOnce(1).mockReturnValueOnce(2);
    const clock = onceATurn(now);

    const inOneGo = [clock(), clock(), clock()];
    await Promise.resolve();
    const later = clock();

    expect(inOneGo).toEqual([1, 1, 1]);
    expect(later).toBe(2);
    expect(now).toHaveBeenCalledTimes(2);
  });
});
