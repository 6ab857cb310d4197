import { describe, expect, it } from "vitest";
import { Settings } from "../../src/settings.ts";
import { readTelemetrySettings } from "../../src/telemetry/telemetry-settings.ts";

const read = (environment: Record<string, string>) => {
  const settings = new Settings(environment);
  return { ...readTelemetrySettings(settings, "10.0.0.1"), problems: settings.problems };
};

describe("METRICS_PORT", () => {
  it("has metrics listen where the rest does", () => {
    expect(read({ METRICS_PORT: "9464" }).metrics).toEqual({ host: "10.0.0.1", port: 9464 });
  });

  it("may listen elsewhere, by METRICS_HOST", () => {
    expect(read({ METRICS_PORT: "9464", METRICS_HOST: "127.0.0.1" }).metrics).toMatchObject({ host: "127.0.0.1" });
  });

  it("left out has metrics served beside the rest, and in production nowhere", () => {
    expect(read({}).metrics).toBe("beside the rest");
    expect(read({ NODE_ENV: "production" }).metrics).toBeUndefined();
    expect(read({ NODE_ENV: "production", METRICS_PORT: "9464" }).metrics).toMatchObject({ port: 9464 });
  });

  it("is needed with METRICS_HOST, which alone would move nothing", () => {
    expect(read({ METRICS_HOST: "127.0.0.1" }).problems).toEqual(["METRICS_HOST: expected METRICS_PORT with it"]);
  });
});

describe("OTEL_EXPORTER_OTLP_ENDPOINT", () => {
  it("switches traces on, all of them that begin here", () => {
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.example:4318" }).traces).toEqual({
      url: "http://collector.example:4318/v1/traces",
      headers: {},
      serviceName: "diligence",
      ratio: 1,
    });
  });

  it.each([
    "collector:4318",
    "grpc://collector:4317",
    "http://user:s3cr3t@collector:4318",
    "http://collector/?key=s3cr3t",
  ])("can't be %s", (endpoint) => {
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).problems).toEqual([
      "OTEL_EXPORTER_OTLP_ENDPOINT: expected an address such as http://collector.example:4318",
    ]);
  });

  it("takes no key along in the clear", () => {
    const settings = { OTEL_EXPORTER_OTLP_HEADERS: "x-key=s3cr3t" };

    expect(read({ ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }).problems).toEqual([
      "OTEL_EXPORTER_OTLP_ENDPOINT: expected https, for OTEL_EXPORTER_OTLP_HEADERS go with it",
    ]);
    expect(read({ ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" }).problems).toEqual([]);
  });
});

describe("OTEL_TRACES_SAMPLER_ARG", () => {
  it.each(["0", "1", "0.05", "1.0"])("may be %s", (ratio) => {
    const { traces, problems } = read({
      OTEL_TRACES_SAMPLER_ARG: ratio,
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
    });

    expect([traces?.ratio, problems]).toEqual([Number(ratio), []]);
  });

  it.each(["-1", "1.1", "all", "50%"])("can't be %s", (ratio) => {
    expect(read({ OTEL_TRACES_SAMPLER_ARG: ratio }).problems).toEqual([
      "OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1",
    ]);
  });
});
