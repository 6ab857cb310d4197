import { describe, expect, it } from "vitest";
import { Deadline } from "../../src/http/deadline.ts";
import { LocalRateLimit } from "../../src/http/rate-limit.ts";
import { type NoRoom, type Turn, Turns, type Urgency } from "../../src/http/turns.ts";

const aMinute = () => new Deadline(60_000);

/** Takes turns, and notes in which order they are given. */
function takingTurns(turns: Turns) {
  const given: string[] = [];
  const take = async (name: string, urgency: Urgency = "read"): Promise<Turn> => {
    const turn = await turns.take(urgency, aMinute());
    given.push(name);
    return turn;
  };
  return { given, take };
}

describe("turns", () => {
  it("are no more at once than there are", async () => {
    const { given, take } = takingTurns(new Turns(2));

    const [one] = await Promise.all([take("one"), take("two")]);
    const third = take("three");
    expect(given).toEqual(["one", "two"]);
    one.end();
    await third;

    expect(given).toEqual(["one", "two", "three"]);
  });

  it("go to paid calls before reads, and to reads before what is unhurried, whoever came first", async () => {
    const { given, take } = takingTurns(new Turns(1));
    const first = await take("first");

    const waiting = [take("unhurried", "unhurried"), take("read"), take("paid", "paid"), take("a later read")];
    first.end();
    await Promise.all(waiting.map(async (taking) => (await taking).end()));

    expect(given).toEqual(["first", "paid", "read", "a later read", "unhurried"]);
  });

  it("are not kept for whoever gave up waiting", async () => {
    const turns = new Turns(1);
    const { given, take } = takingTurns(turns);
    const first = await take("first");

    const impatient = turns.take("read", new Deadline(20));
    const patient = take("patient");
    await expect(impatient).rejects.toMatchObject({ why: "turn" });
    first.end();
    await patient;

    expect(given).toEqual(["first", "patient"]);
  });

  it("are given back once, however often they are ended", async () => {
    const { given, take } = takingTurns(new Turns(1));
    const first = await take("first");

    first.end();
    first.end();
    await take("second");
    void take("third");

    expect(given).toEqual(["first", "second"]);
  });
});

describe("turns at a pace", () => {
  it("are given one by one", async () => {
    const { take } = takingTurns(new Turns(50, new LocalRateLimit(20)));
    const beganMs = performance.now();

    await Promise.all([take("one"), take("two"), take("three"), take("four")]);

    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(55);
  });

  it("are refused at once to whoever could not go within the deadline", async () => {
    const turns = new Turns(50, new LocalRateLimit(1_000));
    const asked = Array.from({ length: 10 }, () => turns.take("read", new Deadline(2_600)));

    const refused = asked.slice(3).map((taking) => taking.catch((error: unknown) => error));

    // Long before the second one goes: 2,600 ms, less the time for an answer, leave room for three.
    expect(await Promise.race([asked[1], Promise.all(refused)])).toEqual(
      Array(7).fill(expect.objectContaining({ why: "rate" })),
    );
    await Promise.allSettled(asked);
  });

  it("go to a paid call before the reads that wait, and tell at once those it pushes past their deadline", async () => {
    const turns = new Turns(50, new LocalRateLimit(100));
    const given: string[] = [];
    const taking = (name: string, urgency: Urgency, ms: number) =>
      turns.take(urgency, new Deadline(ms)).then(
        () => void given.push(name),
        (error: NoRoom) => void given.push(`${name}: ${error.why}`),
      );

    const reads = [1, 2, 3].map((n) => taking(`read ${n}`, "read", 260));
    await Promise.resolve();
    const paid = [1, 2, 3].map((n) => taking(`paid ${n}`, "paid", 10_000));
    await Promise.all([...reads, ...paid]);

    expect(given.filter((name) => name.startsWith("paid"))).toEqual(["paid 1", "paid 2", "paid 3"]);
    expect(given.at(-1)).not.toMatch(/^read \d$/);
  });

  it("that were held up are renewed, so that they do not leave together", async () => {
    const turns = new Turns(50, new LocalRateLimit(100));
    const held = await Promise.all([1, 2, 3].map(() => turns.take("paid", aMinute())));
    await new Promise((later) => setTimeout(later, 150));

    const leftAtMs = await Promise.all(held.map((turn) => turn.renew().then(() => performance.now())));

    const inOrder = leftAtMs.toSorted((one, other) => one - other);
    const gaps = inOrder.slice(1).map((atMs, i) => atMs - (inOrder[i] ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThan(40);
  });
});
