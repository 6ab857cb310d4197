import type { FastifyBaseLogger } from "fastify";
import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import type { CacheObserver } from "../cache/cache-observer.ts";
import type { LedgerObserver } from "../charge/ledger-observer.ts";
import type { RequestObserver } from "../graphql/request-observer.ts";
import type { HttpObserver } from "../http/http-observer.ts";
import { type Sharing, showSharing, watchCache } from "./cache-metrics.ts";
import { type LedgerSource, showLedger, showRedis, watchLedger } from "./ledger-metrics.ts";
import { serveMetricsApart } from "./metrics-server.ts";
import { watchProviders } from "./provider-metrics.ts";
import { watchRequests } from "./request-metrics.ts";
import type { TelemetrySettings } from "./telemetry-settings.ts";

/** Metrics and traces: who is told of what happens, and where it can be read. */
export interface Telemetry {
  requests: RequestObserver;
  http: HttpObserver;
  cache: CacheObserver;
  ledger: LedgerObserver;
  registry: Registry;
  /** Whether metrics are served beside the rest. */
  beside: boolean;
  showLedger(source: LedgerSource): void;
  showRedis(redis: { isReady: boolean }): void;
  showSharing(sharing: Sharing): void;
  /** Sends what is left of the traces, for some seconds at most, and stops listening. */
  close(): Promise<void>;
}

/** @throws an Error where nothing can listen on METRICS_PORT. */
export async function openTelemetry(
  { metrics, traces }: TelemetrySettings,
  log: FastifyBaseLogger,
): Promise<Telemetry> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const failedExports = new Counter({
    name: "diligence_trace_exports_failed_total",
    help: "Batches of spans that the collector did not take. Nothing waits for them and nothing else is lost.",
    registers: [registry],
  });
  // Read where something is traced only: OpenTelemetry is a tenth of all that there is to import.
  const tracing = traces && new (await import("./tracing.ts")).Tracing(traces, () => failedExports.inc());
  const beside = metrics === "beside the rest";
  const listener = metrics && !beside ? await serveMetricsApart(registry, metrics) : undefined;
  const port = typeof listener?.address === "object" ? listener.address?.port : undefined;
  if (listener) log.info({ port }, "metrics: on a listener of their own");
  else if (!beside) log.warn("metrics: served nowhere, for in production they need METRICS_PORT");
  return {
    requests: watchRequests(registry, tracing),
    http: watchProviders(registry, tracing),
    cache: watchCache(registry),
    ledger: watchLedger(registry),
    registry,
    beside,
    showLedger: (source) => showLedger(registry, source),
    showRedis: (redis) => showRedis(registry, redis),
    showSharing: (sharing) => showSharing(registry, sharing),
    close: async () => {
      await tracing?.close();
      await listener?.close();
    },
  };
}
