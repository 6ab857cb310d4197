import { randomUUID } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { Deadline } from "../../src/http/deadline.ts";
import { rateKeyOf, SharedRateLimit } from "../../src/http/shared-rate-limit.ts";
import { Turns } from "../../src/http/turns.ts";
import { RedisLink, RedisUnavailable } from "../../src/redis/redis-link.ts";
import { recordingLog } from "../support/ledger.ts";
import { redisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

const spacingMs = 1_000;

/** The limit as an instance of its own sees it. */
async function anInstance(account: string, spacingMs = 1_000): Promise<SharedRateLimit> {
  const redis = new RedisLink({ url: redisServer!, timeoutMs: 2_000 }, recordingLog().log);
  await redis.open();
  onTestFinished(() => redis.close());
  return new SharedRateLimit({ redis, account, spacingMs, instances: 2 });
}

/** An instance as it would be if Redis's clock were ahead by so many seconds, or behind. */
async function anInstanceAtAnotherTime(account: string, aheadSeconds: number): Promise<SharedRateLimit> {
  const redis = new RedisLink({ url: redisServer!, timeoutMs: 2_000 }, recordingLog().log);
  await redis.open();
  onTestFinished(() => redis.close());
  const shift = (script: string) => script.replace("* 1000000", `* 1000000 + ${aheadSeconds * 1_000_000}`);
  const shifted: Pick<RedisLink, "run"> = {
    run: (use) =>
      redis.run((client) =>
        use({
          eval: (script: string, options: object) => client.eval(shift(script), options),
        } as unknown as typeof client),
      ),
  };
  return new SharedRateLimit({ redis: shifted, account, spacingMs, instances: 2 });
}

/** The gaps between moments, in milliseconds. */
function gapsOf(moments: number[]): number[] {
  const inOrder = moments.toSorted((one, other) => one - other);
  return inOrder.slice(1).map((moment, i) => moment - (inOrder[i] ?? 0));
}

describe.runIf(redisServer)("a limit shared through Redis", () => {
  it("gives slots one by one, whichever instance asks", async () => {
    const account = randomUUID();
    const [one, other] = [await anInstance(account), await anInstance(account)];

    const slots = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const askedAtMs = performance.now();
        const { inMs } = await (i % 2 ? one : other).reserve({ urgency: "read", more: true });
        return { fromMs: askedAtMs + inMs, toMs: performance.now() + inMs };
      }),
    );

    // When a slot is, is known no more precisely than Redis's answer took.
    const span = Math.max(...slots.map(({ toMs }) => toMs)) - Math.min(...slots.map(({ fromMs }) => fromMs));
    expect(span).toBeGreaterThanOrEqual(19 * spacingMs - 1);
  });

  it("is each account's own", async () => {
    const [one, other] = [await anInstance(randomUUID()), await anInstance(randomUUID())];
    for (let i = 0; i < 20; i++) await one.reserve({ urgency: "read", more: false });

    const { inMs } = await other.reserve({ urgency: "read", more: false });

    // A limit of which nothing is known begins a second's worth of slots later.
    expect(inMs).toBeLessThanOrEqual(10 * spacingMs);
  });

  it("has admitted no more than can go in time, counted over all instances", async () => {
    const account = randomUUID();
    const [one, other] = [await anInstance(account), await anInstance(account)];
    await one.reserve({ urgency: "read", more: false });

    const admitted = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? one : other).admit("read", 40 * spacingMs)),
    );

    // Ten slots pass first, for nothing is known of the second before, and one is taken.
    const count = admitted.filter(Boolean).length;
    expect(count).toBeGreaterThanOrEqual(28);
    expect(count).toBeLessThan(40);
  });

  it("admits a paid call whatever was promised to reads", async () => {
    const limit = await anInstance(randomUUID());
    for (let i = 0; i < 50; i++) await limit.admit("read", 60_000);

    expect(await limit.admit("read", 20 * spacingMs)).toBe(false);
    expect(await limit.admit("paid", 20 * spacingMs)).toBe(true);
  });

  it.each([
    ["unhurried", "read"],
    ["read", "paid"],
  ] as const)("gives no slot to %s while a %s is known to wait in another instance", async (later, sooner) => {
    const account = randomUUID();
    const [one, other] = [await anInstance(account), await anInstance(account)];

    await one.reserve({ urgency: sooner, more: true });

    expect(await other.reserve({ urgency: later, more: false })).toMatchObject({ taken: false });
    expect(await one.reserve({ urgency: sooner, more: false })).toMatchObject({ taken: true });
    expect(await other.reserve({ urgency: later, more: false })).toMatchObject({ taken: true });
  });

  it.each([60, 3_600])("goes on from where it was when Redis's clock goes back by %i s", async (seconds) => {
    const account = randomUUID();
    const [before, after] = [await anInstanceAtAnotherTime(account, seconds), await anInstance(account)];
    for (let i = 0; i < 5; i++) await before.admit("read", 60_000);
    const last = await before.reserve({ urgency: "read", more: true });
    const beganMs = performance.now();

    expect(await after.admit("unhurried", 30 * spacingMs)).toBe(true);
    const { taken, inMs } = await after.reserve({ urgency: "read", more: false });

    // Not before its turn, and not an hour later.
    expect(taken).toBe(true);
    expect(inMs).toBeGreaterThan(last.inMs + spacingMs - (performance.now() - beganMs) - 1);
    expect(inMs).toBeLessThanOrEqual(last.inMs + spacingMs);
  });

  it("does not stand still while the clock catches up, though nobody can be admitted", async () => {
    const account = randomUUID();
    const [before, after] = [await anInstanceAtAnotherTime(account, 3_600), await anInstance(account)];
    await before.reserve({ urgency: "read", more: false });

    await until(() => after.admit("read", 10 * spacingMs));
  });

  it("takes for lost what is further ahead than any line is long", async () => {
    const account = randomUUID();
    const limit = await anInstance(account);
    await limit.reserve({ urgency: "read", more: false });
    const [link, key] = [
      new RedisLink({ url: redisServer!, timeoutMs: 2_000 }, recordingLog().log),
      rateKeyOf(account),
    ];
    await link.open();
    onTestFinished(() => link.close());
    const faraway = String((Date.now() + 3_600_000) * 1_000);
    await link.run((client) => client.hSet(key, { next: faraway, promised: faraway, waiting0: faraway }));

    expect(await limit.reserve({ urgency: "read", more: false })).toMatchObject({ taken: true });
    expect(await limit.admit("read", 20 * spacingMs)).toBe(true);
  });

  it("lets a paid call of one instance go before the many reads of another", async () => {
    const account = randomUUID();
    const busy = new Turns(50, await anInstance(account, 30));
    const quiet = new Turns(50, await anInstance(account, 30));
    let read = 0;
    const reads = Array.from({ length: 100 }, async () => {
      (await busy.take("read", new Deadline(60_000))).end();
      read += 1;
    });
    await reads[0];

    (await quiet.take("paid", new Deadline(60_000))).end();

    expect(read).toBeLessThan(100);
    await Promise.all(reads);
  });
});

describe("a shared limit whose Redis is away", () => {
  const away = { run: () => Promise.reject(new RedisUnavailable()) };

  it("waits out a hiccup, then spaces calls by this instance's share", async () => {
    const limit = new SharedRateLimit({ redis: away, account: "a", spacingMs: 30, instances: 3 });
    const turns = new Turns(50, limit);
    const beganMs = performance.now();

    const moments = await Promise.all(
      Array.from({ length: 5 }, async () => {
        await turns.take("read", new Deadline(30_000));
        return performance.now();
      }),
    );

    expect(Math.min(...moments) - beganMs).toBeGreaterThanOrEqual(1_000);
    const [mean] = [gapsOf(moments).reduce((sum, gap) => sum + gap, 0) / 4];
    expect(mean).toBeGreaterThanOrEqual(75);
  });

  it("still tells at once what can't go in time", async () => {
    const limit = new SharedRateLimit({ redis: away, account: "a", spacingMs: 1_000, instances: 2 });

    const admitted = await Promise.all([1, 2, 3, 4].map(() => limit.admit("read", 3_000)));

    expect(admitted).toEqual([true, true, false, false]);
  });
});
