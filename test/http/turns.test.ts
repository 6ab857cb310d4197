import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Deadline } from "../../src/http/deadline.ts";
import { LocalRateLimit } from "../../src/http/rate-limit.ts";
import { type NoRoom, type Turn, Turns } from "../../src/http/turns.ts";
import type { Urgency } from "../../src/http/urgency.ts";

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

/** From now on time passes only when the test says so, deadlines included. */
function holdTime(): void {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
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

describe("turns of paid calls", () => {
  const takePaid = (turns: Turns) => turns.take("paid", aMinute(), true);

  it.each([
    [1, 1],
    [3, 2],
    [50, 25],
  ])("of %i are %i at once, and the rest is left to reads, urgent ones too", async (atOnce, forPaidCalls) => {
    const turns = new Turns(atOnce);
    const paid: Turn[] = [];
    for (let i = 0; i < atOnce; i++) void takePaid(turns).then((turn) => paid.push(turn));

    const others = Array.from({ length: atOnce - forPaidCalls }, (_, i) =>
      turns.take(i % 2 ? "unhurried" : "paid", aMinute()),
    );
    await Promise.all(others);
    await new Promise((later) => setImmediate(later));

    expect(paid).toHaveLength(forPaidCalls);
  });

  it("go to the next paid call when one ends", async () => {
    const turns = new Turns(4);
    const [first] = await Promise.all([takePaid(turns), takePaid(turns)]);
    const third = takePaid(turns);

    first.end();

    expect(await third).toBeDefined();
  });

  it("that can't go yet keep no read from its slot", async () => {
    const turns = new Turns(2, new LocalRateLimit(1));
    await takePaid(turns);
    const second = takePaid(turns);

    const read = await Promise.race([turns.take("read", aMinute()), second.then(() => null)]);

    expect(read).not.toBeNull();
  });
});

describe("turns of a provider that is asked for more than it can answer", () => {
  /** Asks 40 times a second for ten seconds, with a deadline of a second, where five at once can be answered. */
  async function overload(answerMs: (call: number) => number, rate?: LocalRateLimit) {
    holdTime();
    const turns = new Turns(5, rate);
    const count = { sent: 0, answered: 0, answeredLate: 0 };
    const ask = async (nth: number) => {
      const deadline = new Deadline(1_000);
      const turn = await turns.take("read", deadline).catch(() => null);
      if (!turn) return;
      const tookMs = answerMs(count.sent++);
      const inTime = tookMs < deadline.leftMs;
      await new Promise((later) => setTimeout(later, Math.min(tookMs, deadline.leftMs)));
      turn.end(inTime ? "answered" : "cut-off");
      if (inTime) count.answered += 1;
      if (inTime && nth > 200) count.answeredLate += 1;
    };
    const asked: Promise<void>[] = [];
    for (let i = 0; i < 400; i++) {
      asked.push(ask(i));
      await vi.advanceTimersByTimeAsync(25);
    }
    await vi.advanceTimersByTimeAsync(2_000);
    await Promise.all(asked);
    return count;
  }

  it("go to reads that can still be answered", async () => {
    const { sent, answered, answeredLate } = await overload(() => 200);

    // 25 a second can be: 250 in all, 125 of the second half.
    expect(answered).toBeGreaterThanOrEqual(220);
    expect(answeredLate).toBeGreaterThanOrEqual(110);
    expect(sent - answered).toBeLessThanOrEqual(25);
  });

  it("do so however unevenly it answers", async () => {
    const { sent, answered, answeredLate } = await overload((call) => 100 + ((call * 37) % 200));

    expect(answeredLate).toBeGreaterThanOrEqual(90);
    expect(sent - answered).toBeLessThanOrEqual(sent / 4);
  });

  it("do so after it has become slower, and after it has become faster again", async () => {
    const slower = await overload((call) => (call < 60 ? 100 : 400));
    expect(slower.answeredLate).toBeGreaterThanOrEqual(40);
    vi.useRealTimers();

    const faster = await overload((call) => (call < 30 ? 900 : 200));
    expect(faster.answeredLate).toBeGreaterThanOrEqual(100);
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
    holdTime();
    const turns = new Turns(50, new LocalRateLimit(1_000));
    const asked = Array.from({ length: 10 }, () => turns.take("read", new Deadline(2_600)));

    // No time passes. 2,600 ms, less the time for an answer, leave room for three.
    const refused = await Promise.allSettled(asked.slice(3));
    expect(refused).toEqual(Array(7).fill({ status: "rejected", reason: expect.objectContaining({ why: "rate" }) }));

    await vi.advanceTimersByTimeAsync(2_000);
    expect(await Promise.all(asked.slice(0, 3))).toHaveLength(3);
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
