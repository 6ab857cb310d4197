import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { RedisLink, RedisUnavailable } from "../../src/redis/redis-link.ts";
import { recordingLog } from "../support/ledger.ts";
import { redisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

// So that a busy machine is not taken for a slow Redis.
const ample = 8_000;

async function linkTo(url: string, timeoutMs = 200) {
  const { log, logged } = recordingLog();
  const link = new RedisLink({ url, timeoutMs }, log);
  await link.open();
  return { link, logged };
}

describe.runIf(redisServer)("a link to Redis", () => {
  it("hands on what Redis answers", async () => {
    const { link } = await linkTo(redisServer!, ample);

    expect(await link.run((client) => client.ping())).toBe("PONG");
    await link.close();
  });

  it("hears what others say on a channel", async () => {
    const [one, other] = [await linkTo(redisServer!, ample), await linkTo(redisServer!, ample)];
    const channel = randomUUID();
    const heard: string[] = [];
    await one.link.listen(channel, (message) => heard.push(message));

    await other.link.run((client) => client.publish(channel, "hello"));

    await until(() => heard.length > 0);
    expect(heard).toEqual(["hello"]);
    await Promise.all([one.link.close(), other.link.close()]);
  });
});

describe.runIf(redisServer)("a process that stands still for longer than Redis may take", () => {
  it("loses none of the answers it waited for, and goes on with Redis", async () => {
    const { link, logged } = await linkTo(redisServer!, 2_000);
    await link.run((client) => client.ping());

    const uses = Array.from({ length: 8 }, () => link.run((client) => client.ping()));
    await new Promise((sent) => setImmediate(sent));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_300);

    expect(await Promise.all(uses)).toEqual(Array.from({ length: 8 }, () => "PONG"));
    expect(await link.run((client) => client.ping())).toBe("PONG");
    expect(logged()).not.toContain("redis: left alone for some seconds");
    await link.close();
  });
});

describe("a link to a Redis that is away", () => {
  it("takes uses that fail together for one failure", async () => {
    const { link, logged } = await linkTo("redis://127.0.0.1:1");

    await Promise.allSettled(Array.from({ length: 50 }, () => link.run((client) => client.ping())));

    expect(logged()).not.toContain("redis: left alone for some seconds");
    await link.close();
  });

  it("fails each use, and after five in a row leaves it alone", async () => {
    const { link, logged } = await linkTo("redis://127.0.0.1:1");

    for (let use = 0; use < 6; use++) {
      await expect(link.run((client) => client.ping())).rejects.toBeInstanceOf(RedisUnavailable);
    }

    expect(logged()).toContain("redis: left alone for some seconds");
    await link.close();
  });

  it("that accepts and never answers costs no more than its time", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await until(() => silent.listening);
    const { link } = await linkTo(`redis://127.0.0.1:${(silent.address() as { port: number }).port}`);

    await expect(link.run((client) => client.ping())).rejects.toBeInstanceOf(RedisUnavailable);
    await link.close();
    silent.close();
  });
});
