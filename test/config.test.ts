import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";
import type { Environment } from "../src/settings.ts";
import { problemsOf } from "./support/config-problems.ts";

const ownSandbox = {
  CREDAS_BASE_URL: "http://127.0.0.1:4101",
  CREDAS_API_KEY: "credas-key",
  TRUEWORK_BASE_URL: "http://localhost:4102",
  TRUEWORK_API_KEY: "truework-key",
  YOUVERIFY_BASE_URL: "http://[::1]:4103",
  YOUVERIFY_API_KEY: "youverify-key",
};

const liveProviders = {
  ...ownSandbox,
  CREDAS_BASE_URL: "https://credas.example",
  TRUEWORK_BASE_URL: "https://truework.example",
  YOUVERIFY_BASE_URL: "https://youverify.example",
};

const noTokens = "JWT_JWKS_URL or JWT_PUBLIC_KEY is missing: live data needs callers' tokens, or PROVIDERS=sandbox";

const security = {
  tokens: undefined,
  routerSecrets: [],
  bounds: expect.any(Object),
  cache: expect.any(Object),
  execution: "compiled",
  entityTextMaxBytes: 30_000_000,
};

describe("the configuration", () => {
  it("of an empty environment is a sandbox on loopback", () => {
    expect(readConfig({})).toEqual({
      ...security,
      production: false,
      mode: "sandbox",
      providers: "built-in",
      logLevel: "info",
      server: {
        host: "127.0.0.1",
        port: 4001,
        maxBodyBytes: 1_000_000,
        corsOrigins: [
          "https://studio.apollographql.com",
          "https://explorer.embed.apollographql.com",
          "https://sandbox.embed.apollographql.com",
        ],
      },
      trueworkApiVersion: "2022-08-01",
      youverifyCompanyField: "companyNumber",
      reads: expect.objectContaining({ timeoutMs: 10_000, concurrency: 50 }),
      databaseUrl: "file::memory:",
      paidCalls: { enabled: true, timeoutMs: 25_000, abandonMs: 120_000, listenMs: 600_000, dailyLimit: undefined },
      telemetry: { metrics: "beside the rest", traces: undefined },
      drain: { waitMs: 0, timeoutMs: 40_000 },
      pauseAt: undefined,
    });
  });

  it("takes every setting from the environment", () => {
    const config = readConfig({
      ...ownSandbox,
      NODE_ENV: "production",
      PROVIDERS: "sandbox",
      LOG_LEVEL: "debug",
      HOST: "localhost",
      PORT: "0",
      CORS_ORIGINS: "https://a.example, https://b.example",
      TRUEWORK_API_VERSION: "2020-12-07",
      YOUVERIFY_COMPANY_FIELD: "companyName",
      PROVIDER_TIMEOUT_MS: "100",
      PROVIDER_CONCURRENCY: "1000",
      DATABASE_URL: "postgres://ledger.example/diligence",
      PAID_CALLS: "off",
      PAID_CALL_TIMEOUT_MS: "600000",
      PAID_CALL_ABANDON_MS: "3600000",
      DAILY_CHARGE_LIMIT: "20",
      METRICS_PORT: "9464",
      METRICS_HOST: "0.0.0.0",
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example/otlp/",
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=a-key==, x-tenant=us",
      OTEL_SERVICE_NAME: "diligence-eu",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
      DRAIN_WAIT_MS: "0",
      DRAIN_TIMEOUT_MS: "600100",
    });

    expect(config).toEqual({
      ...security,
      production: true,
      mode: "sandbox",
      providers: {
        credas: { baseUrl: "http://127.0.0.1:4101", apiKey: "credas-key" },
        truework: { baseUrl: "http://localhost:4102", apiKey: "truework-key" },
        youverify: { baseUrl: "http://[::1]:4103", apiKey: "youverify-key" },
      },
      logLevel: "debug",
      server: {
        host: "localhost",
        port: 0,
        maxBodyBytes: 1_000_000,
        corsOrigins: ["https://a.example", "https://b.example"],
      },
      trueworkApiVersion: "2020-12-07",
      youverifyCompanyField: "companyName",
      reads: expect.objectContaining({ timeoutMs: 100, concurrency: 1000 }),
      databaseUrl: "postgres://ledger.example/diligence",
      paidCalls: {
        enabled: false,
        timeoutMs: 600_000,
        abandonMs: 3_600_000,
        listenMs: 18_000_000,
        dailyLimit: 20,
      },
      telemetry: {
        metrics: { host: "0.0.0.0", port: 9464 },
        traces: {
          url: "https://collector.example/otlp/v1/traces",
          headers: { "x-key": "a-key==", "x-tenant": "us" },
          serviceName: "diligence-eu",
          ratio: 0.25,
        },
      },
      drain: { waitMs: 0, timeoutMs: 600_100 },
      pauseAt: undefined,
    });
  });

  it("counts an empty setting as none", () => {
    const empty = Object.fromEntries(Object.keys(ownSandbox).map((name) => [name, ""]));

    expect(readConfig({ ...empty, PORT: "", HOST: "", PROVIDERS: "", CORS_ORIGINS: "", LOG_LEVEL: "" })).toEqual(
      readConfig({}),
    );
  });

  it("names every problem at once", () => {
    const problems = problemsOf({
      PROVIDERS: "sandbox",
      CREDAS_BASE_URL: "http://127.0.0.1:4101/api",
      TRUEWORK_API_KEY: "with blanks",
      PORT: "many",
      HOST: "0.0.0.0",
      LOG_LEVEL: "loud",
      TRUEWORK_API_VERSION: "latest",
      YOUVERIFY_COMPANY_FIELD: "number",
      PROVIDER_TIMEOUT_MS: "1",
      PROVIDER_CONCURRENCY: "0",
      DATABASE_URL: "mysql://ledger.example/diligence",
      PAID_CALLS: "maybe",
      PAID_CALL_TIMEOUT_MS: "1",
      PAID_CALL_ABANDON_MS: "never",
      DAILY_CHARGE_LIMIT: "0",
      TEST_PAUSE_AT: "somewhere",
      METRICS_PORT: "many",
      OTEL_EXPORTER_OTLP_ENDPOINT: "collector",
      OTEL_EXPORTER_OTLP_HEADERS: "a-key",
      OTEL_TRACES_SAMPLER_ARG: "2",
      DRAIN_WAIT_MS: "-1",
      DRAIN_TIMEOUT_MS: "1000",
    });

    expect(problems.toSorted()).toEqual([
      "CREDAS_API_KEY is missing",
      "CREDAS_BASE_URL: expected an origin without a path, for the client adds the path itself",
      "DAILY_CHARGE_LIMIT: expected a whole number from 1 to 1000000",
      "DATABASE_URL: expected file:… for SQLite or postgres://… for PostgreSQL",
      "DRAIN_TIMEOUT_MS: expected at least 35000, for so long may an accepted request take by PAID_CALL_TIMEOUT_MS and PROVIDER_TIMEOUT_MS",
      "DRAIN_WAIT_MS: expected a whole number from 0 to 600000",
      "HOST: expected a loopback address such as 127.0.0.1, for without JWT_* nobody's token is checked",
      "LOG_LEVEL: expected fatal or error or warn or info or debug or trace or silent",
      "METRICS_PORT: expected a whole number from 0 to 65535",
      "OTEL_EXPORTER_OTLP_ENDPOINT: expected an address such as http://collector.example:4318",
      "OTEL_EXPORTER_OTLP_HEADERS: expected name=value, or several with a comma between them",
      "OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1",
      "PAID_CALLS: expected on or off",
      "PAID_CALL_ABANDON_MS: expected a whole number from 100 to 3600000",
      "PAID_CALL_TIMEOUT_MS: expected a whole number from 100 to 600000",
      "PORT: expected a whole number from 0 to 65535",
      "PROVIDER_CONCURRENCY: expected a whole number from 1 to 1000",
      "PROVIDER_TIMEOUT_MS: expected a whole number from 100 to 300000",
      "TEST_PAUSE_AT: expected claimed or answered or settled",
      "TRUEWORK_API_KEY: expected visible ASCII characters only",
      "TRUEWORK_API_VERSION: expected a version such as 2022-08-01",
      "TRUEWORK_BASE_URL is missing",
      "YOUVERIFY_API_KEY is missing",
      "YOUVERIFY_BASE_URL is missing",
      "YOUVERIFY_COMPANY_FIELD: expected companyNumber or companyName",
    ]);
  });

  it("is one line when it is bad", () => {
    const error = errorOf({ PORT: "many", HOST: "0.0.0.0" });

    expect(error.name).toBe("ConfigError");
    expect(error.message).toBe(
      "Bad configuration: PORT: expected a whole number from 0 to 65535; HOST: expected a loopback address such as 127.0.0.1, for without JWT_* nobody's token is checked",
    );
  });

  it.each([
    ["a key", { CREDAS_API_KEY: "s3cr3t with blanks" }],
    ["a key in the wrong place", { CREDAS_BASE_URL: "s3cr3t" }],
    ["a password in an origin", { TRUEWORK_BASE_URL: "https://user:s3cr3t@truework.example" }],
    ["a key in an origin's query", { YOUVERIFY_BASE_URL: "https://youverify.example/?token=s3cr3t" }],
    ["a key for a port", { PORT: "s3cr3t" }],
    ["a key for a mode", { PROVIDERS: "s3cr3t" }],
    ["a key for a version", { TRUEWORK_API_VERSION: "s3cr3t" }],
    ["a key for a level", { LOG_LEVEL: "s3cr3t" }],
    ["a key for a host", { HOST: "s3cr3t" }],
    ["a password for a database", { DATABASE_URL: "mysql://user:s3cr3t@ledger.example/diligence" }],
    ["a key for a file", { CREDAS_API_KEY: undefined, CREDAS_API_KEY_FILE: "/nowhere/s3cr3t" }],
  ])("never tells %s", (_, mistake) => {
    const error = errorOf({ ...ownSandbox, PROVIDERS: "sandbox", ...mistake });

    expect(`${error.message}${error.stack}`).not.toContain("s3cr3t");
  });
});

describe("PROVIDERS", () => {
  it.each(Object.keys(ownSandbox))("is live by default as soon as there is a %s", (name) => {
    expect(problemsOf({ [name]: ownSandbox[name as keyof typeof ownSandbox] })).toContain(noTokens);
  });

  it.each(["live", undefined])("as %o refuses to start until callers' tokens are checked", (said) => {
    expect(problemsOf({ ...liveProviders, PROVIDERS: said })).toEqual([noTokens]);
  });

  it("as live wants all three providers", () => {
    expect(problemsOf({ PROVIDERS: "live" }).toSorted()).toEqual([
      "CREDAS_API_KEY is missing",
      "CREDAS_BASE_URL is missing",
      noTokens,
      "TRUEWORK_API_KEY is missing",
      "TRUEWORK_BASE_URL is missing",
      "YOUVERIFY_API_KEY is missing",
      "YOUVERIFY_BASE_URL is missing",
    ]);
  });

  it("as sandbox wants all three providers as soon as one is named", () => {
    expect(problemsOf({ PROVIDERS: "sandbox", CREDAS_BASE_URL: "http://127.0.0.1:4101" })).toHaveLength(5);
  });

  it("as sandbox takes loopback addresses only", () => {
    expect(problemsOf({ ...liveProviders, PROVIDERS: "sandbox" })).toEqual(
      ["CREDAS", "TRUEWORK", "YOUVERIFY"].map(
        (name) => `${name}_BASE_URL: expected a loopback address, for PROVIDERS is sandbox`,
      ),
    );
  });

  it.each(["Sandbox", "production", "true"])("can't be %s", (said) => {
    expect(problemsOf({ PROVIDERS: said })).toEqual(["PROVIDERS: expected sandbox or live"]);
  });

  it("must be said outright in production", () => {
    const outright = "PROVIDERS: expected sandbox or live, said outright in production";
    const production = { NODE_ENV: "production", DATABASE_URL: "file:./ledger.db" };

    expect(problemsOf(production)).toEqual([outright]);
    expect(problemsOf({ ...production, ...liveProviders })).toContain(outright);
    expect(readConfig({ ...production, PROVIDERS: "sandbox" }).production).toBe(true);
  });

  it.each(["development", "test", "prod", "Production", undefined])("may be left out where NODE_ENV is %o", (name) => {
    expect(readConfig({ NODE_ENV: name }).production).toBe(false);
  });
});

describe("DATABASE_URL", () => {
  it.each(["file::memory:", "file:./ledger.db", "postgres://ledger.example/d", "postgresql://ledger.example/d"])(
    "may be %s",
    (url) => {
      expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
    },
  );

  it.each(["./ledger.db", "file:", "postgres://", "mysql://ledger.example/d", "sqlite:./ledger.db"])(
    "can't be %s",
    (url) => {
      expect(problemsOf({ DATABASE_URL: url })).toEqual([
        "DATABASE_URL: expected file:… for SQLite or postgres://… for PostgreSQL",
      ]);
    },
  );

  it("is a file where the simulated providers outlive the service", () => {
    expect(readConfig({ ...ownSandbox, PROVIDERS: "sandbox" }).databaseUrl).toBe("file:./data/diligence.db");
  });

  it.each([
    "file::memory:",
    "file: ",
    "file::memory:?cache=shared",
    "file:file::memory:",
    "file:file:ledger?mode=memory",
    "file:FILE:/ledger?vfs=memdb",
    "file:ledger.db?mode=memory",
  ])("can't be forgotten with the process where providers are live: %o", (url) => {
    const problem = expect.stringMatching(/DATABASE_URL: expected a place that outlives the process/);

    expect(problemsOf({ ...ownSandbox, PROVIDERS: "live", DATABASE_URL: url })).toContainEqual(problem);
    expect(problemsOf({ NODE_ENV: "production", PROVIDERS: "live", DATABASE_URL: url })).toContainEqual(problem);
    expect(readConfig({ ...ownSandbox, PROVIDERS: "sandbox", DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it("must be said outright in production", () => {
    expect(problemsOf({ NODE_ENV: "production", PROVIDERS: "sandbox" })).toEqual([
      "DATABASE_URL is missing: in production the ledger's place is said outright",
    ]);
  });
});

describe("PAID_CALL_ABANDON_MS", () => {
  it("can't be less than the client waits", () => {
    expect(problemsOf({ PAID_CALL_TIMEOUT_MS: "5000", PAID_CALL_ABANDON_MS: "4999" })).toEqual([
      "PAID_CALL_ABANDON_MS: expected at least PAID_CALL_TIMEOUT_MS, for a client waits no longer than the call",
    ]);
  });
});

describe("DRAIN_WAIT_MS", () => {
  it("is five seconds in production, where somebody looks whether the service is ready, and nothing elsewhere", () => {
    const production = { NODE_ENV: "production", PROVIDERS: "sandbox", DATABASE_URL: "file:./ledger.db" };

    expect([readConfig({}).drain.waitMs, readConfig(production).drain.waitMs]).toEqual([0, 5_000]);
  });
});

describe("DRAIN_TIMEOUT_MS", () => {
  it("follows how long an accepted request may take", () => {
    expect(readConfig({ PROVIDER_TIMEOUT_MS: "70000" }).drain.timeoutMs).toBe(100_000);
  });
});

describe("TEST_PAUSE_AT", () => {
  it("can't be set in production", () => {
    const production = { NODE_ENV: "production", PROVIDERS: "sandbox", DATABASE_URL: "file:./ledger.db" };

    expect(problemsOf({ ...production, TEST_PAUSE_AT: "claimed" })).toEqual([
      "TEST_PAUSE_AT: expected nothing in production",
    ]);
  });
});

describe("HOST", () => {
  it.each(["localhost", "127.0.0.1", "::1"])("may be %s", (host) => {
    expect(readConfig({ HOST: host }).server.host).toBe(host);
  });

  it.each(["0.0.0.0", "::", "192.168.0.10", "diligence.example"])("can't be %s, which others reach", (host) => {
    expect(problemsOf({ HOST: host })).toEqual([
      "HOST: expected a loopback address such as 127.0.0.1, for without JWT_* nobody's token is checked",
    ]);
  });
});

describe("a provider's origin", () => {
  it.each(["CREDAS_BASE_URL", "TRUEWORK_BASE_URL", "YOUVERIFY_BASE_URL"])(
    "%s can't be http beyond loopback",
    (name) => {
      expect(problemsOf({ ...liveProviders, [name]: "http://provider.example" })).toContain(
        `${name}: expected https, for http is accepted on loopback only`,
      );
    },
  );

  it.each(["CREDAS_BASE_URL", "TRUEWORK_BASE_URL", "YOUVERIFY_BASE_URL"])("%s can't have a path", (name) => {
    expect(problemsOf({ ...liveProviders, [name]: "https://provider.example/api" })).toContain(
      `${name}: expected an origin without a path, for the client adds the path itself`,
    );
  });
});

describe("TRUEWORK_API_VERSION", () => {
  it.each(["2019-10-15", "2020-12-07", "2022-08-01", "2023-10-29"])("may be %s", (version) => {
    expect(readConfig({ TRUEWORK_API_VERSION: version }).trueworkApiVersion).toBe(version);
  });

  it.each(["2023-10-30", "2024-01-01"])("can't be %s, which has no reverify endpoint", (version) => {
    expect(problemsOf({ TRUEWORK_API_VERSION: version })).toEqual([
      "TRUEWORK_API_VERSION: expected one before 2023-10-30, from which on the reverify endpoint is gone",
    ]);
  });

  it.each(["2022-8-1", "v2022-08-01", "latest", "2022-08-01; x"])("can't be %o", (version) => {
    expect(problemsOf({ TRUEWORK_API_VERSION: version })).toEqual([
      "TRUEWORK_API_VERSION: expected a version such as 2022-08-01",
    ]);
  });
});

describe("an API key", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "diligence-config-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("may come in a file", () => {
    const file = join(folder, "credas");
    writeFileSync(file, "key-from-a-file\n");

    const { providers } = readConfig({
      ...ownSandbox,
      PROVIDERS: "sandbox",
      CREDAS_API_KEY: undefined,
      CREDAS_API_KEY_FILE: file,
    });

    expect(providers).toMatchObject({ credas: { apiKey: "key-from-a-file" } });
  });

  it("can't be in a file that can't be read", () => {
    const mistake = { CREDAS_API_KEY: undefined, CREDAS_API_KEY_FILE: join(folder, "nothing") };

    expect(problemsOf({ ...ownSandbox, PROVIDERS: "sandbox", ...mistake })).toEqual([
      "CREDAS_API_KEY_FILE: expected a readable file, got none",
    ]);
  });

  it("can't be given twice", () => {
    const file = join(folder, "twice");
    writeFileSync(file, "another-key");

    expect(problemsOf({ ...ownSandbox, PROVIDERS: "sandbox", TRUEWORK_API_KEY_FILE: file })).toEqual([
      "TRUEWORK_API_KEY and TRUEWORK_API_KEY_FILE are both set: expected one of them",
    ]);
  });

  it.each(["two words", "tab\there", "line\nbreak", "schlüssel"])("can't be %o, which no header carries", (key) => {
    expect(problemsOf({ ...ownSandbox, PROVIDERS: "sandbox", YOUVERIFY_API_KEY: key })).toEqual([
      "YOUVERIFY_API_KEY: expected visible ASCII characters only",
    ]);
  });
});

function errorOf(environment: Environment): ConfigError {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("Expected a bad configuration, got a good one");
}
