import { describe, expect, it, vi } from "vitest";
import { aThing, HeldReads, outage, type Thing } from "../support/cache.ts";
import { aCacheKey, type InstanceOptions, startInstance } from "../support/cache-instances.ts";
import { type RedisProxy, startRedisProxy } from "../support/redis-proxy.ts";
import { redisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

/** Instances of one service, two if nothing is said of others; each differs from the first as told. */
async function startInstances(first: Partial<InstanceOptions>, ...others: Partial<InstanceOptions>[]) {
  const common = { redisUrl: redisServer!, key: aCacheKey(), read: async (id: string) => aThing(1, id), ...first };
  const started = [];
  for (const differing of [{}, ...(others.length > 0 ? others : [{}])])
    started.push(await startInstance({ ...common, ...differing }));
  return started as [Instance, Instance, Instance];
}

const away = "redis://127.0.0.1:1";

type Instance = Awaited<ReturnType<typeof startInstance>>;

async function proxied(): Promise<RedisProxy> {
  return startRedisProxy(redisServer!);
}

/** A read of its own kind for each instance, which counts. */
function countedReads(version: () => number = () => 1) {
  const asked: string[] = [];
  const read = async (id: string): Promise<Thing> => {
    asked.push(id);
    return aThing(version(), id);
  };
  return { asked, read };
}

/** Has the first instance read, and the others use its copy. */
async function kept(one: Instance, ...others: Instance[]): Promise<void> {
  await one.cache.load("1");
  await until(() => copyIsThere(one, "1"));
  for (const { cache } of others) await cache.load("1");
}

describe.runIf(redisServer)("instances that share a Redis", () => {
  it("use each other's copies", async () => {
    const { asked, read } = countedReads();
    const [one, other] = await startInstances({ read });

    await kept(one, other);

    expect(other.events).toEqual(["shared"]);
    expect(asked).toEqual(["1"]);
    expect(Object.isFrozen(other.cache.fresh("1"))).toBe(true);
  });

  it("read once between them, though both are asked at once", async () => {
    const reads = new HeldReads();
    const [one, other] = await startInstances({ read: reads.read, environment: { CACHE_LOCK_MS: "10000" } });

    const asking = [one, other].flatMap(({ cache }) => Array.from({ length: 100 }, () => cache.load("1")));
    await until(() => reads.asked.length > 0);
    reads.answer(aThing(1));

    expect(new Set((await Promise.all(asking)).map((thing) => thing?.version))).toEqual(new Set([1]));
    expect(reads.asked).toEqual(["1"]);
  });

  it("read for themselves when the one who reads takes too long", async () => {
    const reads = new HeldReads();
    const [one, other] = await startInstances({ read: reads.read, environment: { CACHE_LOCK_MS: "50" } });

    const asking = [one.cache.load("1"), other.cache.load("1")];
    await until(() => reads.asked.length === 2);
    reads.answer(aThing(1));
    reads.answer(aThing(1));

    expect(await Promise.all(asking)).toEqual([aThing(1), aThing(1)]);
  });

  it("read at once when the one who read has failed", async () => {
    const [held, { asked, read }] = [new HeldReads(), countedReads(() => 2)];
    const [one, other] = await startInstances({ read: held.read, environment: { CACHE_LOCK_MS: "60000" } }, { read });
    const failing = one.cache.load("1");
    await until(() => held.asked.length > 0);
    const waiting = other.cache.load("1");

    held.answer(outage);

    await expect(failing).rejects.toBe(outage);
    expect(await waiting).toEqual(aThing(2));
    expect(asked).toEqual(["1"]);
  });

  it("clear for all of them", async () => {
    const [one, other] = await startInstances({});
    await kept(one, other);

    await one.cache.clear("1");
    await until(() => other.cache.fresh("1") === undefined);

    expect(other.events).toContain("cleared another instance");
    expect(one.events).not.toContain("cleared another instance");
  });

  it("are told what one of them cleared right before its end", async () => {
    const [one, other] = await startInstances({});
    await kept(one, other);

    void one.cache.clear("1");
    await one.close();

    await until(() => other.cache.fresh("1") === undefined);
    expect(other.events).toContain("cleared another instance");
  });

  it("are told at its end what one of them could not tell before", async () => {
    const proxy = await proxied();
    const [one, other] = await startInstances({ redisUrl: proxy.url }, { redisUrl: redisServer! });
    await kept(one, other);
    await proxy.cut();
    await one.cache.clear("1");
    await proxy.mend();
    await until(() => one.link.isReady);

    await one.close();

    await until(() => other.cache.fresh("1") === undefined);
    expect(one.events).toContain("skipped clearing");
  });

  it("find nothing in Redis that was cleared, though they heard nothing of it", async () => {
    let version = 1;
    const { asked, read } = countedReads(() => version);
    const key = aCacheKey();
    const [one] = await startInstances({ key, read });
    await kept(one);
    version = 2;

    await one.cache.clear("1");
    const newcomer = await startInstance({ redisUrl: redisServer!, key, read });

    expect(await newcomer.cache.load("1")).toEqual(aThing(2));
    expect(asked).toEqual(["1", "1"]);
  });

  it("keep nowhere what was being read while another cleared it, and fail no reader", async () => {
    const held = new HeldReads();
    const { read } = countedReads(() => 2);
    const [one, other, third] = await startInstances({ read }, { read: held.read }, {});
    const readers = Array.from({ length: 100 }, () => other.cache.load("1"));
    await until(() => held.asked.length > 0);

    await one.cache.clear("1");
    held.answer(aThing(1));

    expect(new Set(await Promise.all(readers))).toEqual(new Set([aThing(1)]));
    await until(() => other.events.includes("cleared another instance"));
    expect(other.cache.fresh("1")).toBeUndefined();
    expect(await third.cache.load("1")).toEqual(aThing(2));
    expect(await one.cache.load("1")).toEqual(aThing(2));
  });

  it("keep what was cleared for seconds only, those who read it later too", async () => {
    const [one, other] = await startInstances({ environment: { CACHE_SETTLING_MS: "0" } });

    await one.cache.clear("1");
    await other.cache.load("1");
    await one.cache.load("1");

    expect([one.cache.fresh("1"), other.cache.fresh("1")]).toEqual([undefined, undefined]);
  });

  it("let a copy of another's stand in for a read that fails", async () => {
    const [writer, reader] = await startInstances(
      // What was cleared is fresh for no time at all: so there is a copy, and it is not fresh.
      { environment: { CACHE_SETTLING_MS: "0" } },
      { read: async () => Promise.reject(outage) },
    );
    await writer.cache.clear("1");
    await kept(writer);

    expect(await reader.cache.load("1")).toEqual(aThing(1));
    expect(reader.events.at(-1)).toBe("stale");
  });

  it("use what a paid call answered with", async () => {
    const { asked, read } = countedReads();
    const [one, other] = await startInstances({ read });

    one.cache.prime("1", aThing(5));
    await until(() => copyIsThere(one, "1"));

    expect([one.cache.fresh("1"), await other.cache.load("1")]).toEqual([aThing(5), aThing(5)]);
    expect(asked).toEqual([]);
  });

  it("do not use what a service with another graph left there", async () => {
    const { asked, read } = countedReads();
    const [one, other] = await startInstances({ read }, { shape: "another shape" });

    await kept(one, other);

    expect(asked).toEqual(["1", "1"]);
    expect(other.events).toEqual(["miss"]);
  });

  it.each([
    ["account", { account: "another account" }],
    ["kind", { kind: "another kind" }],
  ])("keep apart what has the same id in another %s", async (_, differing) => {
    const { asked, read } = countedReads();
    const [one, other] = await startInstances({ read }, differing);

    await kept(one, other);
    await one.cache.clear("1");

    expect(asked).toEqual(["1", "1"]);
    expect(other.cache.fresh("1")).toEqual(aThing(1));
  });
});

describe.runIf(redisServer)("what is kept in Redis", () => {
  it("can't be read there, and tells nothing by its name", async () => {
    const [one, other] = await startInstances({
      read: async () => ({ ...aThing(1), parts: [{ name: "an invented name" }] }),
    });
    await one.cache.load("an-invented-id");
    await until(() => copyIsThere(one, "an-invented-id"));
    await other.cache.load("an-invented-id");

    const names = await heldOf(one, "an-invented-id");
    const texts = await Promise.all(names.map((name) => one.link.run((client) => client.get(name))));

    expect(texts.length).toBeGreaterThan(0);
    expect([...names, ...texts].join()).not.toMatch(/invented|thing|version/);
  });

  it("ends by time, all of it", async () => {
    const [one, other] = await startInstances({});
    await kept(one, other);
    await one.cache.clear("1");
    await kept(one, other);

    const names = await heldOf(one, "1");
    const left = await Promise.all(names.map((name) => one.link.run((client) => client.pTTL(name))));

    expect(left.length).toBeGreaterThanOrEqual(2);
    expect(left.every((ms) => ms > 0 && ms <= 86_400_000)).toBe(true);
  });

  it("is not used when it was tampered with", async () => {
    const { asked, read } = countedReads();
    const [one, other] = await startInstances({ read });
    await one.cache.load("1");
    await until(() => copyIsThere(one, "1"));

    await one.link.run((client) => client.setRange(one.place("1").copies[0]!, 20, "tampered"));

    expect(await other.cache.load("1")).toEqual(aThing(1));
    expect(other.events).toEqual(["unreadable thing", "miss"]);
    expect(asked).toEqual(["1", "1"]);
  });

  it("is not used at another's place", async () => {
    const { asked, read } = countedReads();
    const [one, other] = await startInstances({ read });
    await one.cache.load("1");
    await one.cache.load("2");
    await until(async () => (await copyIsThere(one, "1")) && (await copyIsThere(one, "2")));
    const [[first], [second]] = [one.place("1").copies, one.place("2").copies];

    await one.link.run((client) => client.copy(first!, second!, { REPLACE: true }));

    expect(await other.cache.load("2")).toEqual(aThing(1, "2"));
    expect(other.events).toEqual(["unreadable thing", "miss"]);
    expect(asked).toEqual(["1", "2", "2"]);
  });

  it("is used and cleared by old and new instances while one key replaces another", async () => {
    const [key, next] = [aCacheKey(), aCacheKey()];
    const { asked, read } = countedReads();
    const [before, during] = await startInstances({ key, read }, { key: `${next},${key}` });

    await kept(before, during);
    expect(asked).toEqual(["1"]);
    await during.cache.clear("1");
    await until(() => before.cache.fresh("1") === undefined);
    await during.cache.load("1");
    await before.cache.clear("1");
    await until(() => during.cache.fresh("1") === undefined);
    expect(asked).toEqual(["1", "1"]);
  });
});

describe.runIf(redisServer)("without its Redis, an instance", () => {
  it("answers, reads once for all who ask, and keeps what it read", async () => {
    const reads = new HeldReads();
    const one = await startInstance({ redisUrl: away, redisTimeoutMs: 100, key: aCacheKey(), read: reads.read });

    const asking = Array.from({ length: 100 }, () => one.cache.load("1"));
    await until(() => reads.asked.length > 0);
    reads.answer(aThing(1));
    await Promise.all(asking);

    expect(reads.asked).toEqual(["1"]);
    expect(one.cache.fresh("1")).toEqual(aThing(1));
    expect(one.events).toContain("skipped copy");
  });

  it("keeps everything for a short while only, for it hears of no clearing", async () => {
    const read = async () => aThing(1);
    const one = await startInstance({
      redisUrl: away,
      redisTimeoutMs: 100,
      key: aCacheKey(),
      read,
      environment: { CACHE_UNHEARD_MS: "0" },
    });

    await one.cache.load("1");

    expect(one.cache.fresh("1")).toBeUndefined();
  });

  it("answers though Redis takes longer than it may", async () => {
    const proxy = await proxied();
    const [one] = await startInstances({ redisUrl: proxy.url, redisTimeoutMs: 250 });

    proxy.delayMs = 2_000;
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => one.cache.load(String(i))));

    expect(answers.map((thing) => thing?.id)).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
    expect(one.events).toContain("skipped copy");
  });

  it("answers though Redis goes away in the middle of it", async () => {
    const proxy = await proxied();
    const reads = new HeldReads();
    const [one] = await startInstances({ redisUrl: proxy.url, read: reads.read });
    const asking = one.cache.load("1");
    await until(() => reads.asked.length > 0);

    await proxy.cut();
    reads.answer(aThing(1));

    expect(await asking).toEqual(aThing(1));
    await until(() => one.events.includes("skipped copy"));
  });

  it("forgets what it kept once it hears again, for it may have missed a clearing", async () => {
    const proxy = await proxied();
    const { asked, read } = countedReads();
    const [far, near] = await startInstances({ redisUrl: proxy.url, read }, { redisUrl: redisServer! });
    await kept(far, near);
    expect(far.cache.fresh("1")).toEqual(aThing(1));

    await proxy.cut();
    await near.cache.clear("1");
    await proxy.mend();
    await eventually(() => expect(far.cache.fresh("1")).toBeUndefined());

    await far.cache.load("1");
    expect(asked).toHaveLength(2);
  });

  it("tells Redis what it cleared as soon as Redis is back, and uses nothing of it before", async () => {
    const proxy = await proxied();
    let version = 1;
    const { read } = countedReads(() => version);
    const [far, near] = await startInstances({ redisUrl: proxy.url, read }, { redisUrl: redisServer! });
    await kept(far, near);

    await proxy.cut();
    version = 2;
    await far.cache.clear("1");
    expect(await far.cache.load("1")).toEqual(aThing(2));
    await proxy.mend();
    await eventually(() => expect(near.cache.fresh("1")).toBeUndefined());

    expect(await near.cache.load("1")).toEqual(aThing(2));
    expect(far.events).toContain("skipped clearing");
  });
});

/** What Redis holds about an id, by its name there. */
async function heldOf({ link, place }: Instance, id: string): Promise<string[]> {
  const { copies, marks, lock } = place(id);
  const names = await Promise.all(
    [...copies, ...marks, lock].map(async (name) => ((await link.run((client) => client.exists(name))) ? [name] : [])),
  );
  return names.flat();
}

async function copyIsThere({ link, place }: Instance, id: string): Promise<boolean> {
  return (await link.run((client) => client.exists(place(id).copies))) > 0;
}

// Until the connection is made again and Redis is no longer left alone.
function eventually(expectIt: () => void): Promise<void> {
  return vi.waitFor(expectIt, { timeout: 18_000, interval: 20 });
}
