import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { SharedRateLimit } from "../../src/http/shared-rate-limit.ts";
import { type RedisClient, RedisLink } from "../../src/redis/redis-link.ts";
import { aThing } from "../support/cache.ts";
import { aCacheKey, startInstance } from "../support/cache-instances.ts";
import { redisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

const caching = readFileSync(new URL("../../docs/caching.md", import.meta.url), "utf8");
/** The rights that the documentation tells an operator to give. */
const documented = /^ACL SETUSER diligence on >PASSWORD (.+)$/m.exec(caching)?.[1]?.split(" ") ?? [];

async function openLink(url: string): Promise<RedisLink> {
  const link = new RedisLink({ url, timeoutMs: 8_000 }, pino({ level: "silent" }));
  await link.open();
  onTestFinished(() => link.close());
  return link;
}

/** The address of the Redis for a user with these rights alone, until the test ends. */
async function asUserWith(rights: string[]): Promise<string> {
  const admin = await openLink(redisServer!);
  const name = `diligence-${randomUUID()}`;
  await admin.run((client) => client.aclSetUser(name, ["on", ">a-password", ...rights]));
  onTestFinished(() => admin.run((client) => client.aclDelUser(name)).then(() => undefined));
  return Object.assign(new URL(redisServer!), { username: name, password: "a-password" }).href;
}

describe.runIf(redisServer)("a user of Redis with the rights in docs/caching.md", () => {
  it("is enough for copies, their marks and locks, and clearings", async () => {
    const redisUrl = await asUserWith(documented);
    const [key, asked] = [aCacheKey(), [] as string[]];
    const read = async (id: string) => aThing(asked.push(id), id);
    const one = await startInstance({ redisUrl, key, read });
    const other = await startInstance({ redisUrl, key, read });

    await one.cache.load("1");
    await until(async () => (await one.link.run((client) => client.mGet(one.place("1").copies)))[0] !== null);
    await other.cache.load("1");
    await one.cache.clear("1");
    await until(() => other.cache.fresh("1") === undefined);
    await other.cache.load("1");

    expect(asked).toEqual(["1", "1"]);
    expect([...one.events, ...other.events].filter((event) => event.startsWith("skipped"))).toEqual([]);
  });

  it("is enough for the limit that instances share", async () => {
    const link = await openLink(await asUserWith(documented));
    const failures: unknown[] = [];
    const run = <Result>(work: (client: RedisClient) => Promise<Result>) =>
      link.run(work).catch((error: unknown) => {
        failures.push(error);
        throw error;
      });
    const limit = new SharedRateLimit({ redis: { run }, account: randomUUID(), spacingMs: 10, instances: 2 });

    await limit.admit("read", 8_000);
    await limit.reserve({ urgency: "read", more: true });
    await limit.reserve({ urgency: "paid", more: false });

    expect(failures).toEqual([]);
  });
});

describe.runIf(redisServer)("a user of Redis who may not hear the channels", () => {
  it("is told of in the log and counted, and hears once it may", async () => {
    const admin = await openLink(redisServer!);
    const redisUrl = await asUserWith(["resetchannels", ...documented.filter((right) => !right.startsWith("&"))]);
    const one = await startInstance({ redisUrl, key: aCacheKey(), read: async (id) => aThing(1, id) });

    await until(() => one.events.includes("skipped hearing"));
    expect(one.logged()).toContain("redis: what other instances clear can't be heard");
    expect(one.clearings?.hears).toBe(false);

    await admin.run((client) => client.aclSetUser(new URL(redisUrl).username, ["&diligence:*"]));
    await until(() => one.clearings?.hears === true);
  });
});
