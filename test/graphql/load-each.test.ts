import { describe, expect, it } from "vitest";
import { loadEach } from "../../src/graphql/load-each.ts";

describe("loadEach", () => {
  it("answers in the order asked, whatever is ready first", async () => {
    const resolvers = new Map<string, (value: string) => void>();
    const answers = loadEach(["a", "b"], (key) => new Promise<string>((resolve) => resolvers.set(key, resolve)));

    resolvers.get("b")?.("B");
    resolvers.get("a")?.("A");

    expect(await answers).toEqual(["A", "B"]);
  });

  it("asks for all keys at once", async () => {
    const asked: number[] = [];

    void loadEach([1, 2, 3], (key) => {
      asked.push(key);
      return new Promise(() => {});
    });

    expect(asked).toEqual([1, 2, 3]);
  });

  it("fails only the key whose lookup failed", async () => {
    const failure = new Error("not this one");

    const answers = await loadEach([1, 2, 3], async (key) => {
      if (key === 2) throw failure;
      return key;
    });

    expect(answers).toEqual([1, failure, 3]);
    expect(answers[1]).toBe(failure);
  });

  it("fails only the key whose lookup throws at once", async () => {
    const failure = new TypeError("before any promise");

    const answers = await loadEach([1, 2], (key) => {
      if (key === 1) throw failure;
      return Promise.resolve(key);
    });

    expect(answers).toEqual([failure, 2]);
  });

  it.each(["text", undefined, null, 42])("makes an error of a thrown %o", async (thrown) => {
    const [answer] = await loadEach([1], () => Promise.reject(thrown));

    expect(answer).toBeInstanceOf(Error);
    expect((answer as Error).cause).toBe(thrown);
  });

  it("keeps null, for nothing found is no failure", async () => {
    expect(await loadEach([1, 2], async () => null)).toEqual([null, null]);
  });

  it("has nothing to say for no keys", async () => {
    expect(await loadEach([], async () => 1)).toEqual([]);
  });
});
