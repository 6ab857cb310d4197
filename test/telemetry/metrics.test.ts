import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Seal } from "../../src/cache/seal.ts";
import type { Telemetry } from "../../src/telemetry/telemetry.ts";
import { openTelemetry } from "../../src/telemetry/telemetry.ts";
import { type SandboxGraph, startSandboxGraph } from "../support/graph.ts";
import { parseMetrics, type Sample, sampleOf, scrape } from "../support/metrics.ts";
import { paidMutations, pay } from "../support/paid-mutations.ts";

const log = pino({ level: "silent" });
// A response is counted once it is gone, which may be a moment after it has come.
const patiently = { timeout: 10_000, interval: 10 };
const off = { metrics: undefined, traces: undefined };

describe("/metrics", () => {
  let graph: SandboxGraph;
  let before: Sample[];
  beforeAll(async () => {
    graph = await startSandboxGraph();
  });
  beforeEach(async () => {
    graph.startOver();
    before = await scrape(graph.server);
  });
  afterAll(() => graph.close());

  const increase = async (name: string, labels?: Record<string, string>) =>
    sampleOf(await scrape(graph.server), name, labels) - sampleOf(before, name, labels);
  const requests = (type: string, outcome: string) =>
    increase("diligence_request_duration_seconds_count", { type, outcome });
  const post = (payload: unknown) =>
    graph.server.inject({
      method: "POST",
      url: "/graphql",
      headers: { "content-type": "application/json" },
      payload: typeof payload === "string" ? payload : JSON.stringify(payload),
    });

  it("is in Prometheus' format, and cached by nobody", async () => {
    const { statusCode, headers } = await graph.server.inject({ method: "GET", url: "/metrics" });

    expect([statusCode, headers["content-type"], headers["cache-control"]]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      "no-store",
    ]);
  });

  it("can't be read by web pages, not even by those that may ask", async () => {
    const from = (url: string) =>
      graph.server.inject({ method: "GET", url, headers: { origin: "https://studio.apollographql.com" } });

    expect((await from("/metrics")).headers["access-control-allow-origin"]).toBeUndefined();
    expect((await from("/graphql")).headers["access-control-allow-origin"]).toBe("https://studio.apollographql.com");
  });

  it("counts a query that was answered", async () => {
    await graph.ask('query AnyName { company(id: "6510") { name } }');

    await expect.poll(() => requests("query", "ok"), patiently).toBe(1);
  });

  it("counts a query of which a part failed, and the code", async () => {
    await graph.ask('{ good: company(id: "6510") { name } bad: company(id: "80500") { name } }');

    await expect.poll(() => requests("query", "partial"), patiently).toBe(1);
    expect(await increase("diligence_request_errors_total", { code: "PROVIDER_UNAVAILABLE" })).toBe(1);
  });

  it.each([
    ["an operation that is not valid", { query: "{ nothing }" }],
    ["broken syntax", { query: "{" }],
    ["a body that can't be read", "{"],
  ])("counts %s as refused, before its type is known", async (_, body) => {
    await post(body);

    await expect.poll(() => requests("none", "refused"), patiently).toBe(1);
  });

  it("counts the code of what is refused at the door", async () => {
    await post({ query: `{ ${"a ".repeat(6_000)} }` });

    await expect.poll(() => requests("none", "refused"), patiently).toBe(1);
    expect(await increase("diligence_request_errors_total", { code: "OPERATION_TOO_LARGE" })).toBe(1);
  });

  it("shows requests that have not happened yet as 0, so that the first one is an increase", () => {
    const kinds = before.filter(({ name }) => name === "diligence_request_duration_seconds_count");

    expect(kinds).toHaveLength(3 * 5);
  });

  it("counts each call to a provider by its endpoint's template and how it ended", async () => {
    await graph.ask('{ good: company(id: "6510") { name } bad: company(id: "80500") { name } }');

    const calls = (outcome: string) =>
      increase("diligence_provider_call_duration_seconds_count", {
        provider: "CREDAS",
        method: "GET",
        endpoint: "/api/v2/ci/companies/{id}",
        paid: "false",
        outcome,
      });
    expect([await calls("ok"), await calls("unavailable")].every((count) => count >= 1)).toBe(true);
  });

  it.each(paidMutations)("counts what $field puts on record", async (mutation) => {
    const { operation } = mutation;
    await pay(graph, mutation, { ...mutation.input, idempotencyKey: `metrics-${operation}` });
    await pay(graph, mutation, { ...mutation.input, idempotencyKey: `metrics-${operation}` });

    expect(await increase("diligence_charges_total", { operation, state: "CLAIMED" })).toBe(1);
    expect(await increase("diligence_charges_total", { operation, state: "CHARGED" })).toBe(1);
    const call = { provider: mutation.provider.toUpperCase(), paid: "true", outcome: "ok" };
    expect(await increase("diligence_provider_call_duration_seconds_count", call)).toBe(1);
    await expect.poll(() => requests("mutation", "ok"), patiently).toBe(2);
  });

  it("shows what waits to be settled, and no longer when it is", async () => {
    graph.sandbox.credas.behave({ fault: "server-error", on: "paid" });
    const [mutation] = paidMutations;
    const { charge } = await pay(graph, mutation, { ...mutation.input, idempotencyKey: "metrics-unknown" });
    const waiting = await increase("diligence_charges_unknown", { operation: "REFRESH_COMPANY_REPORT" });
    await graph.ask(
      `mutation($input: SettleProviderChargeInput!) { settleProviderCharge(input: $input) { __typename } }`,
      { input: { chargeId: charge.id, outcome: "NOT_CHARGED", note: "counted" } },
    );

    expect(waiting).toBe(1);
    expect(await increase("diligence_charges_unknown", { operation: "REFRESH_COMPANY_REPORT" })).toBe(0);
    const settled = { operation: "REFRESH_COMPANY_REPORT", state: "NOT_CHARGED", by: "OPERATOR" };
    expect(await increase("diligence_charges_total", settled)).toBe(1);
  });

  it("tells whether the ledger answers, what is on its way, and nothing of a Redis that there is not", async () => {
    const samples = await scrape(graph.server);

    expect(sampleOf(samples, "diligence_ledger_up")).toBe(1);
    expect(sampleOf(samples, "diligence_charges_in_flight")).toBe(0);
    expect(samples.some(({ name }) => name === "diligence_redis_up")).toBe(false);
  });

  it("tells of the process and its event loop", async () => {
    const names = new Set((await scrape(graph.server)).map(({ name }) => name));

    for (const name of [
      "nodejs_eventloop_lag_p99_seconds",
      "process_resident_memory_bytes",
      "process_cpu_seconds_total",
    ])
      expect(names).toContain(name);
  });

  it("is not a line in the log each time, and neither is a probe", async () => {
    await scrape(graph.server);
    await graph.server.inject({ method: "GET", url: "/health/live" });

    expect(graph.logged()).not.toMatch(/"route":"\/(metrics|health)/);
  });
});

describe("metrics", () => {
  const opened = async (use: (telemetry: Telemetry) => unknown) => {
    const telemetry = await openTelemetry(off, log);
    await use(telemetry);
    const samples = parseMetrics(await telemetry.registry.metrics());
    await telemetry.close();
    return samples;
  };

  it("tell of breakers, retries, odd answers and calls that were crowded out", async () => {
    const samples = await opened(({ http }) => {
      http.breakerMoved("CREDAS", "open");
      http.breakerMoved("TRUEWORK", "open");
      http.breakerMoved("TRUEWORK", "half-open");
      http.retried("CREDAS");
      http.oddAnswer("YOUVERIFY", "html");
      http.crowdedOut("TRUEWORK", "rate");
    });

    expect(sampleOf(samples, "diligence_provider_breaker_state", { provider: "CREDAS" })).toBe(2);
    expect(sampleOf(samples, "diligence_provider_breaker_state", { provider: "TRUEWORK" })).toBe(1);
    expect(sampleOf(samples, "diligence_provider_retries_total", { provider: "CREDAS" })).toBe(1);
    expect(sampleOf(samples, "diligence_provider_odd_answers_total", { provider: "YOUVERIFY", kind: "html" })).toBe(1);
    expect(sampleOf(samples, "diligence_provider_crowded_out_total", { provider: "TRUEWORK", why: "rate" })).toBe(1);
  });

  it("tell how the cache answered, what was cleared, and where Redis was done without", async () => {
    const samples = await opened(({ cache }) => {
      cache.answered("company", "fresh");
      cache.answered("company", "fresh");
      cache.answered("verification", "stale");
      cache.cleared("company", "another instance");
      cache.redisSkipped("copy");
      cache.unreadable("company");
    });

    expect(sampleOf(samples, "diligence_cache_answers_total", { kind: "company", how: "fresh" })).toBe(2);
    expect(sampleOf(samples, "diligence_cache_answers_total", { kind: "verification", how: "stale" })).toBe(1);
    expect(sampleOf(samples, "diligence_cache_cleared_total", { by: "another instance" })).toBe(1);
    expect(sampleOf(samples, "diligence_cache_redis_skipped_total", { purpose: "copy" })).toBe(1);
    expect(sampleOf(samples, "diligence_cache_unreadable_total", { kind: "company" })).toBe(1);
  });

  it("tell a request whose client left as aborted", async () => {
    const samples = await opened(({ requests }) => {
      const watch = requests.begin();
      watch.resolved("query");
      watch.end({ status: 200, complete: false });
    });

    expect(sampleOf(samples, "diligence_request_duration_seconds_count", { type: "query", outcome: "aborted" })).toBe(
      1,
    );
  });

  it("name no code that could be somebody's words", async () => {
    const samples = await opened(({ requests }) => {
      requests.begin().answered(["Ada Specimen", undefined, 4711, "X".repeat(41), "FORBIDDEN"], true);
    });

    const codes = samples.filter(({ name }) => name === "diligence_request_errors_total");
    expect(codes.filter(({ value }) => value > 0).map(({ labels, value }) => [labels.code, value])).toEqual([
      ["FORBIDDEN", 1],
      ["other", 4],
    ]);
  });

  it("say that the ledger is away, and nothing of what it can't tell", async () => {
    let away = false;
    const telemetry = await openTelemetry(off, log);
    telemetry.showLedger({
      countUnknown: async () => {
        if (away) throw new Error("the database is away");
        return [{ operation: "REVERIFY_VERIFICATION", count: 3 }];
      },
      countOnTheirWay: () => 2,
    });
    const there = parseMetrics(await telemetry.registry.metrics());
    away = true;
    const gone = parseMetrics(await telemetry.registry.metrics());
    await telemetry.close();

    expect(sampleOf(there, "diligence_ledger_up")).toBe(1);
    expect(sampleOf(there, "diligence_charges_unknown", { operation: "REVERIFY_VERIFICATION" })).toBe(3);
    expect(sampleOf(there, "diligence_charges_unknown", { operation: "REFRESH_COMPANY_REPORT" })).toBe(0);
    expect(sampleOf(gone, "diligence_ledger_up")).toBe(0);
    expect(gone.filter(({ name }) => name === "diligence_charges_unknown")).toEqual([]);
    expect(sampleOf(gone, "diligence_charges_in_flight")).toBe(2);
  });

  it("wait for a ledger that says nothing no longer than a moment", async () => {
    const telemetry = await openTelemetry(off, log);
    telemetry.showLedger({ countUnknown: () => new Promise(() => {}), countOnTheirWay: () => 0 });

    const samples = parseMetrics(await telemetry.registry.metrics());
    await telemetry.close();

    expect(sampleOf(samples, "diligence_ledger_up")).toBe(0);
  });

  it("show what alerts count as 0 before it has happened, so that the first one is an increase", async () => {
    const samples = await opened(() => {});

    for (const [name, labels] of [
      ["diligence_request_errors_total", { code: "INTERNAL_SERVER_ERROR" }],
      ["diligence_provider_credentials_refused_total", { provider: "TRUEWORK" }],
      ["diligence_provider_odd_answers_total", { provider: "CREDAS", kind: "html" }],
      ["diligence_provider_crowded_out_total", { provider: "TRUEWORK", why: "rate" }],
      ["diligence_provider_breaker_state", { provider: "YOUVERIFY" }],
      ["diligence_cache_redis_skipped_total", { purpose: "hearing" }],
      ["diligence_cache_unreadable_total", { kind: "company" }],
    ] as const)
      expect(samples).toContainEqual({ name, labels, value: 0 });
  });

  it("tell how often a provider refused our key", async () => {
    const call = { provider: "CREDAS", method: "GET", endpoint: "/", paid: false, attempt: 1 };
    const samples = await opened(({ http }) => {
      http.begin(call).end("refused-credentials", 401);
      http.begin(call).end("ok", 200);
    });

    expect(sampleOf(samples, "diligence_provider_credentials_refused_total", { provider: "CREDAS" })).toBe(1);
  });

  it("tell whether what other instances clear is heard", async () => {
    const clearings = { hears: false };
    const samples = await opened((telemetry) => telemetry.showSharing({ clearings, keys: [] }));

    expect(samples).toContainEqual({ name: "diligence_clearings_heard", labels: {}, value: 0 });
  });

  it("tell which keys an instance has, by their fingerprints", async () => {
    const sharing = {
      clearings: { hears: true },
      keys: new Seal([Buffer.alloc(32, 1), Buffer.alloc(32, 2)]).fingerprints(),
    };
    const other = new Seal([Buffer.alloc(32, 2)]).fingerprints();
    const samples = await opened((telemetry) => telemetry.showSharing(sharing));

    const keys = samples.filter(({ name }) => name === "diligence_cache_key").map(({ labels }) => labels.fingerprint);
    expect(new Set(keys).size).toBe(2);
    expect(keys).toContain(other[0]);
    expect(keys.every((fingerprint) => /^[\w-]{8}$/.test(fingerprint ?? ""))).toBe(true);
  });

  it("tell whether Redis is there", async () => {
    const samples = await opened((telemetry) => telemetry.showRedis({ isReady: false }));

    expect(samples).toContainEqual({ name: "diligence_redis_up", labels: {}, value: 0 });
  });

  it("are served nowhere in production without METRICS_PORT, which the log says", async () => {
    const graph = await startSandboxGraph({ environment: { NODE_ENV: "production", DATABASE_URL: "file::memory:" } });

    const { statusCode } = await graph.server.inject({ method: "GET", url: "/metrics" });
    await graph.close();

    expect(statusCode).toBe(404);
    expect(graph.logged()).toContain("metrics: served nowhere, for in production they need METRICS_PORT");
  });

  it("have a listener of their own by METRICS_PORT, and the other one has none", async () => {
    const lines: string[] = [];
    const telemetry = await openTelemetry(
      { ...off, metrics: { host: "127.0.0.1", port: 0 } },
      pino({}, { write: (line: string) => void lines.push(line) }),
    );
    const { port } = JSON.parse(lines[0] ?? "{}");

    const [metrics, other, post] = await Promise.all([
      fetch(`http://127.0.0.1:${port}/metrics`),
      fetch(`http://127.0.0.1:${port}/graphql`),
      fetch(`http://127.0.0.1:${port}/metrics`, { method: "POST" }),
    ]);
    const text = await metrics.text();
    await expect(openTelemetry({ ...off, metrics: { host: "127.0.0.1", port } }, log)).rejects.toThrow(
      "Nothing can listen on METRICS_HOST and METRICS_PORT",
    );
    await telemetry.close();

    expect([metrics.status, other.status, post.status]).toEqual([200, 404, 404]);
    expect(text).toContain("diligence_request_duration_seconds");
    const graph = await startSandboxGraph({ environment: { METRICS_PORT: "0" } });
    const { statusCode } = await graph.server.inject({ method: "GET", url: "/metrics" });
    await graph.close();
    expect(statusCode).toBe(404);
  });
});
