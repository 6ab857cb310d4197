import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { listen } from "../support/bare-listener.ts";
import { type Graph, type SandboxGraph, startSandboxGraph } from "../support/graph.ts";
import { sampleOf, scrape } from "../support/metrics.ts";
import { answerJson, type RecordingProvider, startRecordingProvider } from "../support/recording-provider.ts";
import { spansOf } from "../support/spans.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";
const sampled = { traceparent: `00-${traceId}-${parentId}-01` };
const notSampled = { traceparent: `00-${traceId}-${parentId}-00` };

const post = ({ server }: Graph, query: string, headers: Record<string, string> = {}) =>
  server.inject({
    method: "POST",
    url: "/graphql",
    headers: { "content-type": "application/json", ...headers },
    payload: JSON.stringify({ query }),
  });

describe("a trace", () => {
  let collector: RecordingProvider;
  beforeAll(async () => {
    collector = await startRecordingProvider(answerJson({}));
  });
  afterAll(() => collector.close());

  /** At least so many spans as the collector got of what was done. */
  const traced = async (
    count: number,
    use: (graph: SandboxGraph) => Promise<unknown>,
    environment: Record<string, string> = {},
  ) => {
    collector.requests.length = 0;
    const graph = await startSandboxGraph({
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.baseUrl, ...environment },
    });
    await use(graph);
    await graph.close();
    // Closing gives up on a collector that takes too long, as one on a busy machine may.
    await expect.poll(() => spansOf(collector.requests).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
    return spansOf(collector.requests);
  };

  it("has a span for the request and one for each call to a provider within it", async () => {
    const spans = await traced(2, (graph) => post(graph, 'query AnyName { company(id: "6510") { name } }'));

    const [request, call] = [spans.find(({ kind }) => kind === "server"), spans.find(({ kind }) => kind === "client")];
    expect(spans).toHaveLength(2);
    expect(request).toMatchObject({
      name: "query",
      parentSpanId: undefined,
      failed: false,
      attributes: { "graphql.operation.type": "query", "http.response.status_code": 200, "diligence.outcome": "ok" },
    });
    expect(call).toMatchObject({
      name: "GET /api/v2/ci/companies/{id}",
      traceId: request?.traceId,
      parentSpanId: request?.spanId,
      attributes: {
        "diligence.provider": "CREDAS",
        "diligence.paid": false,
        "diligence.outcome": "ok",
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.template": "/api/v2/ci/companies/{id}",
      },
    });
  });

  it("keeps apart what happens in two requests at once", async () => {
    const spans = await traced(4, (graph) =>
      Promise.all([
        post(graph, '{ company(id: "6510") { name } }'),
        post(graph, '{ verification(id: "vr_sandbox_completed_one_report") { id } }'),
      ]),
    );

    const requests = spans.filter(({ kind }) => kind === "server");
    const calls = spans.filter(({ kind }) => kind === "client");
    expect(requests).toHaveLength(2);
    expect(new Set(calls.map(({ parentSpanId }) => parentSpanId))).toEqual(
      new Set(requests.map(({ spanId }) => spanId)),
    );
  });

  it("goes on in the router's, and is kept if the router keeps it", async () => {
    const spans = await traced(
      2,
      async (graph) => {
        await post(graph, '{ company(id: "6510") { name } }', sampled);
        await post(graph, '{ company(id: "6511") { name } }', notSampled);
        await post(graph, '{ company(id: "6512") { name } }');
      },
      { OTEL_TRACES_SAMPLER_ARG: "0" },
    );

    expect(spans.map(({ traceId: id }) => id)).toEqual([traceId, traceId]);
    expect(spans.find(({ kind }) => kind === "server")?.parentSpanId).toBe(parentId);
  });

  it.each(["", "nonsense", `00-${"0".repeat(32)}-${parentId}-01`, `ff-${traceId}-${parentId}-01`])(
    "begins anew where the router's is %o",
    async (traceparent) => {
      const spans = await traced(2, (graph) => post(graph, '{ company(id: "6510") { name } }', { traceparent }));

      expect(spans).toHaveLength(2);
      expect(spans[0]?.traceId).not.toBe(traceId);
    },
  );

  it("tells a call that failed as an error, by its kind and status", async () => {
    const spans = await traced(2, (graph) => post(graph, '{ company(id: "80500") { name } }'));

    expect(spans.find(({ kind }) => kind === "client")).toMatchObject({
      failed: true,
      attributes: { "diligence.outcome": "unavailable", "http.response.status_code": 500 },
    });
  });

  it("has no span for what was refused at the door", async () => {
    const spans = await traced(0, (graph) =>
      post(graph, '{ a: company(id: "1") { id } }', { "content-type": "text/xml" }),
    );

    expect(spans).toEqual([]);
  });

  it("goes on at the provider, without anything that somebody else put beside it", async () => {
    const provider = await startRecordingProvider(answerJson({ id: "6510" }));
    onTestFinished(() => provider.close());
    const graph = await startSandboxGraph({
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.baseUrl, CREDAS_BASE_URL: provider.baseUrl },
    });

    await post(graph, '{ company(id: "6510") { id } }', {
      ...sampled,
      tracestate: "vendor=planted",
      baggage: "name=planted",
    });
    await graph.close();

    const headers = provider.requests[0]?.headers;
    expect(headers?.traceparent).toMatch(new RegExp(`^00-${traceId}-(?!${parentId})[0-9a-f]{16}-01$`));
    expect(JSON.stringify(headers)).not.toContain("planted");
  });

  it("goes with the headers that the collector wants", async () => {
    await traced(1, (graph) => post(graph, "{ __typename }"), { OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=a-tenant" });

    expect(collector.requests[0]).toMatchObject({
      method: "POST",
      url: "/v1/traces",
      headers: { "x-tenant": "a-tenant" },
    });
  });
});

describe("without a collector", () => {
  it("nothing is traced, and providers get no trace context", async () => {
    const provider = await startRecordingProvider(answerJson({ id: "6510" }));
    const graph = await startSandboxGraph({ environment: { CREDAS_BASE_URL: provider.baseUrl } });

    await post(graph, '{ company(id: "6510") { id } }', sampled);
    await graph.close();
    await provider.close();

    expect(provider.requests[0]?.headers.traceparent).toBeUndefined();
  });
});

describe("a collector that fails", () => {
  const nobody = async () => "127.0.0.1:1";
  const refusing = async () => {
    const collector = await startRecordingProvider(answerJson({ error: "planted" }, 400));
    onTestFinished(() => collector.close());
    return new URL(collector.baseUrl).host;
  };
  const silent = () => listen(() => {});

  it("by not being there, by refusing or by never answering fails no request, and does not keep the process", async () => {
    const hosts = await Promise.all([nobody(), refusing(), silent()]);
    const answers = hosts.map(async (host) => {
      const graph = await startSandboxGraph({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}` } });
      const asked = Array.from({ length: 20 }, () => post(graph, '{ company(id: "6510") { id } }', sampled));
      const got = (await Promise.all(asked)).map((response) => response.json());
      await graph.close();
      expect(graph.logged()).not.toContain("planted");
      return got;
    });

    expect((await Promise.all(answers)).flat()).toEqual(Array(60).fill({ data: { company: { id: "6510" } } }));
  });

  it("is told of in the metrics", async () => {
    const graph = await startSandboxGraph({
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://${await refusing()}` },
    });
    await post(graph, "{ __typename }");

    const failed = async () => sampleOf(await scrape(graph.server), "diligence_trace_exports_failed_total");
    await expect.poll(failed, { timeout: 15_000 }).toBeGreaterThan(0);
    await graph.close();
  });
});
