import type { RequestListener } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { readConfig } from "../../src/config.ts";
import type { HttpObserver } from "../../src/http/http-observer.ts";
import { createProviders } from "../../src/providers.ts";
import type { Environment } from "../../src/settings.ts";
import { aCompanyRecord } from "../fixtures/credas/company-record.ts";
import { aVerificationRecord } from "../fixtures/truework/verification-record.ts";
import { answerHtml, answerStatus, answerText, breakOff, keepSilent, resetConnection } from "../support/answers.ts";
import { answerJson, startRecordingProvider } from "../support/recording-provider.ts";
import { steadyProviders } from "../support/steady-providers.ts";
import { until } from "../support/until.ts";

// The policies as the service composes them, over real HTTP.

const company = answerJson(aCompanyRecord());

/** The clients with these settings, a provider that gives these answers in turn and the last one from then on, and what is told of it. */
async function watched(answers: RequestListener[], environment: Environment = {}) {
  const left = [...answers];
  const provider = await startRecordingProvider((...exchange) =>
    (left.length > 1 ? left.shift() : left[0])?.(...exchange),
  );
  const told: string[] = [];
  const observer: HttpObserver = {
    begin: ({ method, endpoint, paid, attempt }) => {
      told.push(`${method} ${endpoint}${paid ? " paid" : ""} #${attempt}`);
      return {
        headers: { traceparent: "00-specimen" },
        end: (outcome, status) => void told.push(`${outcome} ${status ?? "-"}`),
      };
    },
    retried: (name) => void told.push(`retried ${name}`),
    breakerMoved: (name, state) => void told.push(`${name} is ${state}`),
    oddAnswer: (name, kind) => void told.push(`odd ${name} ${kind}`),
    crowdedOut: (name, why) => void told.push(`crowded out ${name} ${why}`),
  };
  const access = { baseUrl: provider.baseUrl, apiKey: "test-key" };
  const config = readConfig({ ...steadyProviders, ...environment });
  const { providers, close } = createProviders(
    config,
    { credas: access, truework: access, youverify: access },
    { observer },
  );
  onTestFinished(async () => {
    await provider.close();
    await close();
  });
  return { ...providers, told, requests: provider.requests };
}

describe("a read that failed", () => {
  const twice = { PROVIDER_RETRIES: "2" };

  it.each([
    ["500", answerStatus(500), "unavailable 500"],
    ["429", answerStatus(429), "rate-limited 429"],
    ["a reset connection", resetConnection, "no-answer -"],
  ])("on %s is tried again, and what comes then is the answer", async (_what, failing, outcome) => {
    const { credas, told } = await watched([failing, company], twice);

    expect(await credas.findCompany("6510")).toMatchObject({ id: "6510" });
    expect(told).toEqual([
      "GET /api/v2/ci/companies/{id} #1",
      outcome,
      "retried CREDAS",
      "GET /api/v2/ci/companies/{id} #2",
      "ok 200",
    ]);
  });

  it("by an answer that breaks off is tried again, and counted as odd", async () => {
    const { credas, told } = await watched([breakOff(), company], twice);

    expect(await credas.findCompany("6510")).toMatchObject({ id: "6510" });
    expect(told.slice(1, 4)).toEqual(["no-answer 200", "odd CREDAS broken-off", "retried CREDAS"]);
  });

  it("is tried three times in all, and the last failure is told", async () => {
    const { credas, requests } = await watched([answerStatus(500), answerStatus(502), answerStatus(503)], twice);

    await expect(credas.findCompany("6510")).rejects.toMatchObject({ kind: "unavailable", status: 503 });
    expect(requests).toHaveLength(3);
  });

  it.each([
    ["seconds", () => "1"],
    ["an HTTP date", () => new Date(Date.now() + 2_000).toUTCString()],
  ])("waits as long as the provider says, by %s", async (_what, wait) => {
    const limited: RequestListener = (...exchange) => answerStatus(429, { "retry-after": wait() })(...exchange);
    const { credas } = await watched([limited, company], twice);
    const beganMs = performance.now();

    await credas.findCompany("6510");

    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(950);
  });

  it("is not kept waiting where the provider asks for more time than is left", async () => {
    const { credas, requests } = await watched([answerStatus(429, { "retry-after": "60" })], twice);

    await expect(credas.findCompany("6510")).rejects.toMatchObject({ kind: "unavailable", retryAfterSeconds: 60 });
    expect(requests).toHaveLength(1);
  });

  it("by a refusal, an odd answer or a timeout is not tried again", async () => {
    const { credas, requests } = await watched([answerStatus(422), answerHtml(200), keepSilent], {
      ...twice,
      PROVIDER_TIMEOUT_MS: "300",
    });

    for (const kind of ["malformed", "malformed", "timeout"]) {
      await expect(credas.findCompany("6510")).rejects.toMatchObject({ kind });
    }
    expect(requests).toHaveLength(3);
  });

  it("is never a paid call", async () => {
    const { credas, requests, told } = await watched([answerStatus(500)], twice);

    await credas.refreshReport("6510");

    expect(requests).toHaveLength(1);
    expect(told).toEqual(["POST /api/v2/ci/companies/{id}/refresh-report paid #1", "unavailable 500"]);
  });
});

describe("a provider that is down", () => {
  const sensitive = { BREAKER_READS: "2", BREAKER_OPEN_MS: "200" };

  it("is left alone: reads fail at once, and paid calls are refused a turn", async () => {
    const { credas, requests, told } = await watched([answerStatus(500)], sensitive);
    await Promise.allSettled([credas.findCompany("1"), credas.findCompany("2")]);
    await until(() => told.includes("CREDAS is open"));
    const calls = requests.length;

    const failure = credas.findCompany("6510");

    await expect(failure).rejects.toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining("left alone"),
    });
    expect(await credas.reservePaid(1_000)).toBeNull();
    expect(calls).toBe(3);
  });

  it("may be one whose answers break off", async () => {
    const { credas, told } = await watched([breakOff()], sensitive);

    await Promise.allSettled([credas.findCompany("1"), credas.findCompany("2")]);

    await until(() => told.includes("CREDAS is open"));
  });

  it("is probed by one free read for whoever waits, a paid call too, and used again once that is answered", async () => {
    const { credas, requests, told } = await watched(
      [answerStatus(500), answerStatus(500), answerStatus(500), answerStatus(404), company],
      sensitive,
    );
    await Promise.allSettled([credas.findCompany("11"), credas.findCompany("12")]);
    await until(() => told.includes("CREDAS is open"));

    await until(async () => {
      const turn = await credas.reservePaid(1_000);
      turn?.end();
      return turn !== null;
    });

    expect(told.slice(-4)).toEqual([
      "CREDAS is half-open",
      "GET /api/v2/ci/companies/{id} #1",
      "not-found 404",
      "CREDAS is closed",
    ]);
    expect(requests.map(({ method, url }) => `${method} ${url}`).slice(2)).toEqual(
      Array(2).fill("GET /api/v2/ci/companies/1"),
    );
  });

  it.each([404, 422, 429, 401])("is not one that answers %i", async (status) => {
    const { credas, told } = await watched([answerStatus(status)], sensitive);

    for (let i = 0; i < 5; i++) await credas.findCompany("6510").catch(() => null);

    expect(told.filter((line) => line.includes("open"))).toEqual([]);
  });

  it("is not one of which a caller asks what always fails", async () => {
    const provider: RequestListener = (request, response) =>
      (request.url?.endsWith("/666") ? answerStatus(500) : company)(request, response);
    const { credas, requests, told } = await watched([provider], sensitive);

    for (let i = 0; i < 6; i++) await credas.findCompany("666").catch(() => null);

    expect(await credas.findCompany("6510")).toMatchObject({ id: "6510" });
    expect(told.filter((line) => line.includes("open"))).toEqual([]);
    expect(requests.filter(({ url }) => url.endsWith("/1")).length).toBeGreaterThan(0);
  });

  it("is not told by the failures of paid calls", async () => {
    const { credas, told } = await watched([answerStatus(500)], sensitive);

    for (let i = 0; i < 5; i++) await credas.refreshReport("6510");

    expect(told.filter((line) => line.includes("open"))).toEqual([]);
  });
});

describe("what an answer is allowed to be", () => {
  const packed: [string, (text: string) => Buffer][] = [
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ];
  const answerPacked =
    (encoding: string, body: Buffer): RequestListener =>
    (_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding }).end(body);
    };

  it.each(packed)("packed by %s, it is unpacked", async (encoding, pack) => {
    const { credas } = await watched([answerPacked(encoding, pack(JSON.stringify(aCompanyRecord())))]);

    expect(await credas.findCompany("6510")).toMatchObject({ id: "6510" });
  });

  it.each(packed)("packed by %s, it counts with its size unpacked", async (encoding, pack) => {
    const { credas, told } = await watched([answerPacked(encoding, pack(`{"id": 6510${" ".repeat(100_000)}}`))], {
      PROVIDER_MAX_BODY_BYTES: "50000",
    });

    await expect(credas.findCompany("6510")).rejects.toMatchObject({
      kind: "malformed",
      message: expect.stringContaining("expected at most 50000 bytes, got more"),
    });
    expect(told).toContain("odd CREDAS too-large");
  });

  it("that is no packing at all is malformed, and counted as odd", async () => {
    const { credas, told } = await watched([answerPacked("gzip", Buffer.from("{}"))]);

    await expect(credas.findCompany("6510")).rejects.toMatchObject({ kind: "malformed" });
    expect(told).toContain("odd CREDAS not-unpackable");
  });

  it.each([
    ["without an id", answerText("{}"), "missing-id"],
    ["about another id", answerJson(aCompanyRecord({ id: 1 })), "another-id"],
    ["as a page", answerHtml(200), "html"],
  ])("%s, it is counted as odd", async (_what, answer, kind) => {
    const { credas, told } = await watched([answer]);

    await expect(credas.findCompany("6510")).rejects.toMatchObject({ kind: "malformed" });
    expect(told).toContain(`odd CREDAS ${kind}`);
  });

  it("with a word we have not met, it is shown as UNKNOWN and counted as odd", async () => {
    const record = aVerificationRecord({ state: "awaiting-payroll" });
    const { truework, told } = await watched([answerJson(record)]);

    expect(await truework.findVerification(String(record.id))).toMatchObject({ state: "UNKNOWN" });
    expect(told).toContain("odd TRUEWORK unknown-enum-value");
  });

  it("to a paid call, it is counted as odd too", async () => {
    const { credas, told } = await watched([answerHtml(200)]);

    await credas.refreshReport("6510");

    expect(told).toContain("odd CREDAS html");
  });
});

describe("every call", () => {
  it("carries what the observer adds to it, and keeps its own credentials", async () => {
    const { credas, requests } = await watched([company]);

    await credas.findCompany("6510");
    await credas.refreshReport("6510");

    for (const { headers } of requests) {
      expect(headers).toMatchObject({ traceparent: "00-specimen", "x-api-key": "test-key" });
    }
  });

  it("that could not be sent in its time is told", async () => {
    const { credas, told } = await watched([keepSilent], { PROVIDER_CONCURRENCY: "1", PROVIDER_TIMEOUT_MS: "200" });

    await Promise.allSettled([credas.findCompany("1"), credas.findCompany("2")]);

    expect(told).toContain("crowded out CREDAS turn");
  });

  it("beyond Truework's rate that can't go within its deadline fails at once, the rest is served", async () => {
    const record = aVerificationRecord();
    const { truework, told, requests } = await watched([answerJson(record)], {
      TRUEWORK_CALLS_PER_SECOND: "1",
      PROVIDER_TIMEOUT_MS: "10000",
    });
    const refused = () => told.filter((line) => line === "crowded out TRUEWORK rate").length;
    let served = 0;

    const reads = Array.from({ length: 40 }, () =>
      truework.findVerification(String(record.id)).then(
        () => {
          served += 1;
        },
        () => {},
      ),
    );

    // 10 seconds, less the time for an answer, have room for eight, and each takes 1,200 ms.
    await until(() => refused() >= 25);
    const sentByThen = requests.length;
    await until(() => served >= 2);
    expect(sentByThen).toBeLessThanOrEqual(8);
    expect(refused()).toBeLessThan(reads.length);
  });
});
