import { isLoopback, type Settings } from "../settings.ts";

export interface TelemetrySettings {
  /** Where metrics have a listener of their own, or that they are served beside the rest; undefined where nowhere. */
  metrics: { host: string; port: number } | "beside the rest" | undefined;
  /** Where traces go; undefined where nothing is traced. */
  traces: TraceSettings | undefined;
}

export interface TraceSettings {
  /** The collector's address for traces, over HTTP. */
  url: string;
  /** Sent to the collector with each batch. */
  headers: Record<string, string>;
  /** The name that traces carry. */
  serviceName: string;
  /** How many of the traces that begin here are kept: 0 none, 1 all. One that the router began is kept if the router keeps it. */
  ratio: number;
}

/** Where metrics and traces go; `host` is where the service listens. What is wrong is told to `settings`. */
export function readTelemetrySettings(settings: Settings, host: string): TelemetrySettings {
  return { metrics: readMetrics(settings, host), traces: readTraces(settings) };
}

function readMetrics(settings: Settings, host: string): TelemetrySettings["metrics"] {
  const metricsHost = settings.host("METRICS_HOST", host);
  if (!settings.has("METRICS_PORT")) {
    if (settings.has("METRICS_HOST")) settings.problem("METRICS_HOST: expected METRICS_PORT with it");
    // They tell what is bought, and each look asks the ledger: in production not for whoever reaches the port.
    return settings.text("NODE_ENV") === "production" ? undefined : "beside the rest";
  }
  return { host: metricsHost, port: settings.integer("METRICS_PORT", 0, { min: 0, max: 65_535 }) };
}

function readTraces(settings: Settings): TraceSettings | undefined {
  const endpoint = settings.text("OTEL_EXPORTER_OTLP_ENDPOINT");
  const headers = readHeaders(settings);
  const ratio = readRatio(settings);
  const serviceName = settings.text("OTEL_SERVICE_NAME") ?? "diligence";
  if (endpoint === undefined) return undefined;
  const url = URL.parse(endpoint);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    return settings.problem("OTEL_EXPORTER_OTLP_ENDPOINT: expected an address such as http://collector.example:4318");
  }
  // Spans hold nothing that would have to be kept secret, so a collector may be spoken to without TLS; a key may not.
  if (url.protocol === "http:" && Object.keys(headers).length > 0 && !isLoopback(url.hostname)) {
    return settings.problem("OTEL_EXPORTER_OTLP_ENDPOINT: expected https, for OTEL_EXPORTER_OTLP_HEADERS go with it");
  }
  return { url: `${url.href.replace(/\/$/, "")}/v1/traces`, headers, serviceName, ratio };
}

function readHeaders(settings: Settings): Record<string, string> {
  const pairs = settings.secret("OTEL_EXPORTER_OTLP_HEADERS")?.split(",") ?? [];
  const headers = pairs.map((pair) => /^\s*([\w-]+)\s*=\s*([\x21-\x7e][\x20-\x7e]*?)\s*$/.exec(pair));
  if (headers.includes(null)) {
    settings.problem("OTEL_EXPORTER_OTLP_HEADERS: expected name=value, or several with a comma between them");
  }
  return Object.fromEntries(headers.flatMap((match) => (match ? [[match[1], match[2]]] : [])));
}

function readRatio(settings: Settings): number {
  const ratio = settings.text("OTEL_TRACES_SAMPLER_ARG") ?? "1";
  if (!/^(0(\.\d+)?|1(\.0+)?)$/.test(ratio)) {
    settings.problem("OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1");
  }
  return Number(ratio);
}
