import { describe, expect, it } from "vitest";
import { Turns } from "../../src/http/turns.ts";

const never = new AbortController().signal;

/** A piece of work that notes when it begins and ends when told. */
function aJob(name: string, begun: string[]) {
  const { promise, resolve: end } = Promise.withResolvers<void>();
  const work = () => {
    begun.push(name);
    return promise;
  };
  return { work, end };
}

describe("turns", () => {
  it("lets no more begin at once than there are", async () => {
    const begun: string[] = [];
    const turns = new Turns(2);
    const jobs = ["one", "two", "three"].map((name) => aJob(name, begun));

    const all = jobs.map(({ work }) => turns.take("read", never, work));
    await Promise.resolve();

    expect(begun).toEqual(["one", "two"]);
    jobs[0]?.end();
    await all[0];
    await Promise.resolve();
    expect(begun).toEqual(["one", "two", "three"]);
    for (const { end } of jobs) end();
    await Promise.all(all);
  });

  it("go to paid calls before reads that came earlier", async () => {
    const begun: string[] = [];
    const turns = new Turns(1);
    const first = aJob("first", begun);
    const taken = turns.take("read", never, first.work);

    const read = turns.take("read", never, async () => void begun.push("read"));
    const paid = turns.take("paid", never, async () => void begun.push("paid"));
    first.end();
    await Promise.all([taken, read, paid]);

    expect(begun).toEqual(["first", "paid", "read"]);
  });

  it("are not kept for whoever gave up waiting, and the work is never begun", async () => {
    const begun: string[] = [];
    const turns = new Turns(1);
    const first = aJob("first", begun);
    const taken = turns.take("read", never, first.work);
    const impatient = new AbortController();

    const givenUp = turns.take("read", impatient.signal, async () => void begun.push("given up"));
    const patient = turns.take("read", never, async () => void begun.push("patient"));
    impatient.abort(new Error("too long"));
    first.end();

    await expect(givenUp).rejects.toThrow("too long");
    await Promise.all([taken, patient]);
    expect(begun).toEqual(["first", "patient"]);
  });

  it("are given back by work that fails", async () => {
    const turns = new Turns(1);

    await expect(turns.take("read", never, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");

    await expect(turns.take("read", never, async () => "next")).resolves.toBe("next");
  });
});
