import type { RecordedRequest } from "./recording-provider.ts";

/** A span as a collector gets it, in a shape that is easy to compare. */
export interface Span {
  name: string;
  kind: "server" | "client" | "other";
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  failed: boolean;
  attributes: Record<string, unknown>;
}

interface Sent {
  resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
}

interface SentSpan extends Pick<Span, "name" | "traceId" | "spanId"> {
  parentSpanId?: string;
  kind: number;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
}

/** The spans in everything that a collector was sent as JSON. */
export function spansOf(requests: readonly RecordedRequest[]): Span[] {
  return requests
    .flatMap(({ body }) => (JSON.parse(body) as Sent).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map(({ name, kind, traceId, spanId, parentSpanId, status, attributes }) => ({
      name,
      kind: kind === 2 ? "server" : kind === 3 ? "client" : "other",
      traceId,
      spanId,
      parentSpanId: parentSpanId || undefined,
      failed: status.code === 2,
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
    }));
}
