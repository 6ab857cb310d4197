import { describe, expect, it } from "vitest";
import { readHttpSettings } from "../../src/http/http-settings.ts";
import { Settings } from "../../src/settings.ts";

describe("the settings of providers' HTTP", () => {
  it("have these defaults", () => {
    expect(readHttpSettings(new Settings({}))).toEqual({
      timeoutMs: 10_000,
      connectTimeoutMs: 5_000,
      headersTimeoutMs: 10_000,
      bodyTimeoutMs: 10_000,
      maxBodyBytes: 10_000_000,
      concurrency: 50,
      retries: 2,
      breaker: { reads: 10, failurePercent: 50, windowMs: 10_000, openMs: 10_000 },
      trueworkCallsPerSecond: 10,
      instances: 2,
      probeIds: { credas: "1", youverify: "000000000000000000000000" },
    });
  });

  it("never let one part of a read take longer than the whole", () => {
    const settings = new Settings({ PROVIDER_TIMEOUT_MS: "1000", PROVIDER_HEADERS_TIMEOUT_MS: "3000" });

    expect(readHttpSettings(settings)).toMatchObject({
      timeoutMs: 1_000,
      connectTimeoutMs: 1_000,
      headersTimeoutMs: 1_000,
      bodyTimeoutMs: 1_000,
    });
  });

  it("never try a read more than twice again, and probe with ids only", () => {
    const settings = new Settings({ PROVIDER_RETRIES: "3", CREDAS_PROBE_ID: "../1", YOUVERIFY_PROBE_ID: "none" });

    readHttpSettings(settings);

    expect(settings.problems).toEqual([
      "PROVIDER_RETRIES: expected a whole number from 0 to 2",
      "CREDAS_PROBE_ID: expected an id of the provider's",
      "YOUVERIFY_PROBE_ID: expected an id of the provider's",
    ]);
  });
});
