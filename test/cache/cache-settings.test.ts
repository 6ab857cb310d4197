import { describe, expect, it } from "vitest";
import { readCacheSettings } from "../../src/cache/cache-settings.ts";
import { type Environment, Settings } from "../../src/settings.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const nextKey = Buffer.alloc(32, 8).toString("base64");

function read(environment: Environment) {
  const settings = new Settings(environment);
  return { settings: readCacheSettings(settings), problems: settings.problems };
}

describe("the cache's settings", () => {
  it("have defaults without Redis, and no key", () => {
    const { settings, problems } = read({});

    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      maxBytes: 64_000_000,
      keys: [],
      freshMs: { company: 3_600_000, unheard: 30_000 },
    });
  });

  it("take each window from its variable", () => {
    const { settings } = read({ CACHE_VERIFICATION_OPEN_MS: "0", CACHE_SETTLE_MS: "60000", CACHE_MAX_BYTES: "0" });

    expect(settings).toMatchObject({ maxBytes: 0, settleMs: 60_000, freshMs: { openVerification: 0 } });
  });

  it("need a key with Redis", () => {
    expect(read({ REDIS_URL: "redis://127.0.0.1" }).problems).toEqual([
      "CACHE_KEY is missing: what is kept in Redis is sealed with it",
    ]);
  });

  it("need no key where nothing is kept", () => {
    expect(read({ REDIS_URL: "redis://127.0.0.1", CACHE_MAX_BYTES: "0" }).problems).toEqual([]);
  });

  it.each(["1", "2", "99999"])("refuse %s bytes, which would hold nothing", (bytes) => {
    expect(read({ CACHE_MAX_BYTES: bytes }).problems).toEqual([
      "CACHE_MAX_BYTES: expected 0, which keeps nothing, or at least 100000",
    ]);
  });

  it("take one key, or two while one replaces the other", () => {
    expect(read({ CACHE_KEY: key }).settings.keys).toEqual([Buffer.alloc(32, 7)]);
    expect(read({ CACHE_KEY: `${nextKey}, ${key}` }).settings.keys).toEqual([Buffer.alloc(32, 8), Buffer.alloc(32, 7)]);
  });

  it.each([
    "s3cret",
    Buffer.alloc(31, 7).toString("base64"),
    Buffer.alloc(33, 7).toString("base64"),
    `${key},`,
    `${key},${key},${key}`,
    `${key}x`,
    Buffer.alloc(32, 7).toString("hex"),
  ])("refuse %j as a key, without repeating it", (value) => {
    const { problems } = read({ CACHE_KEY: value });

    expect(problems).toEqual(["CACHE_KEY: expected 32 bytes in base64, or two such keys with a comma between them"]);
  });

  it.each(["CACHE_COMPANY_MS", "CACHE_MAX_BYTES", "CACHE_STALE_AFTER_MS", "CACHE_LOCK_MS"])(
    "refuse words for %s",
    (name) => {
      expect(read({ [name]: "long" }).problems).toEqual([expect.stringContaining(`${name}: expected a whole number`)]);
    },
  );
});
