import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingHttpHeaders } from "node:http";
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-base";
import type { OperationType, RequestOutcome } from "../graphql/request-observer.ts";
import type { CallOutcome, ObservedCall } from "../http/http-observer.ts";
import { within } from "../timing.ts";
import type { TraceSettings } from "./telemetry-settings.ts";

export interface RequestTracing {
  beginRequest(): RequestTrace;
}

export interface RequestTrace {
  run<Result>(headers: IncomingHttpHeaders, work: () => Result): Result;
  end(type: OperationType, outcome: RequestOutcome, status: number): void;
}

export interface CallTracing {
  beginCall(call: ObservedCall): { headers: Record<string, string>; end(outcome: CallOutcome, status?: number): void };
}

const sendEveryMs = 2_000;
const exportTimeoutMs = 3_000;
const flushMs = 5_000;

/**
 * Spans for requests and for the calls to providers within them, in the W3C context that a request came with. What they
 * hold is what metrics hold: types, templates, outcomes, statuses. Nothing waits for the collector, and one that fails is
 * told of in `onFailedExport` only.
 */
export class Tracing implements RequestTracing, CallTracing {
  private readonly provider: BasicTracerProvider;
  private readonly propagator = new W3CTraceContextPropagator();
  // Of this instance alone: the library's own is one for the whole process.
  private readonly current = new AsyncLocalStorage<Context>();

  constructor({ url, headers, serviceName, ratio }: TraceSettings, onFailedExport: () => void) {
    const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: exportTimeoutMs });
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ "service.name": serviceName }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [
        new BatchSpanProcessor(tellingFailures(exporter, onFailedExport), { scheduledDelayMillis: sendEveryMs }),
      ],
    });
  }

  beginRequest(): RequestTrace {
    let span: Span | undefined;
    let context: Context | undefined;
    const begin = (headers: IncomingHttpHeaders): Context => {
      const parent = this.propagator.extract(ROOT_CONTEXT, headers, onlyTraceParent);
      span = this.tracer.startSpan("graphql", { kind: SpanKind.SERVER }, parent);
      return trace.setSpan(parent, span);
    };
    return {
      run: (headers, work) => {
        // One span, though its work may begin in one place and go on in another.
        context ??= begin(headers);
        return this.current.run(context, work);
      },
      end: (type, outcome, status) => {
        if (!span) return;
        if (type !== "none") span.updateName(type).setAttribute("graphql.operation.type", type);
        span.setAttributes({ "http.response.status_code": status, "diligence.outcome": outcome });
        if (outcome === "failed") span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  beginCall({ provider, method, endpoint, paid, attempt }: ObservedCall) {
    const parent = this.current.getStore() ?? ROOT_CONTEXT;
    const attributes = {
      "diligence.provider": provider,
      "diligence.paid": paid,
      "http.request.method": method,
      "url.template": endpoint,
      ...(attempt > 1 && { "http.request.resend_count": attempt - 1 }),
    };
    const span = this.tracer.startSpan(`${method} ${endpoint}`, { kind: SpanKind.CLIENT, attributes }, parent);
    const headers: Record<string, string> = {};
    this.propagator.inject(trace.setSpan(parent, span), headers, {
      set: (carrier, name, value) => {
        carrier[name] = value;
      },
    });
    return {
      headers,
      end: (outcome: CallOutcome, status?: number) => {
        span.setAttribute("diligence.outcome", outcome);
        if (status !== undefined) span.setAttribute("http.response.status_code", status);
        if (outcome !== "ok" && outcome !== "not-found") span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  /** Sends what is left, for some seconds at most. Never throws. */
  async close(): Promise<void> {
    await within(
      this.provider.shutdown().catch(() => undefined),
      flushMs,
      undefined,
    );
  }

  private get tracer() {
    return this.provider.getTracer("diligence");
  }
}

// `tracestate` and `baggage` may hold anything at all, and would be passed on to the collector and to providers.
const onlyTraceParent: TextMapGetter<IncomingHttpHeaders> = {
  keys: () => ["traceparent"],
  get: (headers, name) => (name === "traceparent" ? headers.traceparent : undefined),
};

function tellingFailures(exporter: SpanExporter, onFailed: () => void): SpanExporter {
  return {
    export: (spans: ReadableSpan[], done: (result: ExportResult) => void) =>
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS) onFailed();
        // A failure told here would end in the library's own handler, which writes to the console.
        done({ code: ExportResultCode.SUCCESS });
      }),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
