import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchema } from "../../src/schema.ts";
import { type GuardedGraph, startGuardedGraph } from "../support/guarded-graph.ts";
import { parseMetrics } from "../support/metrics.ts";
import { Random } from "../support/random.ts";
import { answerJson, type RecordingProvider, startRecordingProvider } from "../support/recording-provider.ts";
import { type Span, spansOf } from "../support/spans.ts";
import { until } from "../support/until.ts";
import { OperationWriter } from "./random-operation.ts";

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const words = new Random(seed);

// Whatever is planted says so, whether a client, a token or a provider said it.
const planted = () => words.pick(["Planted-Ada", "planted.ada@example.com", "vr_planted", "PLANTED42", "Planted\nAda"]);
const trace = /planted/i;

const endpoints = [
  "/api/v2/ci/companies/{id}",
  "/api/v2/ci/companies/{id}/refresh-report",
  "/verification-requests/",
  "/verification-requests/{id}/",
  "/verification-requests/{id}/reverify/",
  "/v2/api/identity/credit-report/gb/business",
  "/v2/api/identity/{id}",
];

/** All that a label or an attribute may say. What is not here has to be thought about before it is told to anybody. */
const mayBe: Record<string, RegExp | readonly unknown[]> = {
  type: ["query", "mutation", "none"],
  outcome: /^[a-z]+(-[a-z]+)*$/,
  code: /^([A-Z]+(_[A-Z]+)*|other)$/,
  provider: ["CREDAS", "TRUEWORK", "YOUVERIFY"],
  method: ["GET", "POST", "PUT"],
  endpoint: endpoints,
  paid: ["true", "false"],
  operation: ["REFRESH_COMPANY_REPORT", "REVERIFY_VERIFICATION", "REQUEST_BUSINESS_CREDIT_REPORT"],
  state: ["CLAIMED", "CHARGED", "NOT_CHARGED", "UNKNOWN"],
  by: ["CLAIM", "ANSWER", "EVIDENCE", "OPERATOR", "here", "another instance"],
  kind: /^[a-z]+(-[a-z]+)*$/,
  how: ["fresh", "shared", "stale", "joined", "miss"],
  purpose: ["copy", "clearing", "lock", "hearing"],
  fingerprint: /^[\w-]{8}$/,
  why: ["rate", "turn"],
  le: /^([\d.]+|\+Inf)$/,
  "graphql.operation.type": ["query", "mutation"],
  "http.request.method": ["GET", "POST", "PUT"],
  "http.response.status_code": /^[1-5]\d\d$/,
  "http.request.resend_count": [1, 2],
  "url.template": endpoints,
  "diligence.provider": ["CREDAS", "TRUEWORK", "YOUVERIFY"],
  "diligence.paid": [true, false],
  "diligence.outcome": /^[a-z]+(-[a-z]+)*$/,
};

const isAllowed = (name: string, value: unknown) => {
  const allowed = mayBe[name];
  return allowed instanceof RegExp ? allowed.test(String(value)) : Boolean(allowed?.includes(value));
};

/** A provider that says what is planted with any status and in any form. */
function talk(_request: IncomingMessage, response: ServerResponse): void {
  const status = words.pick([200, 200, 200, 201, 400, 401, 402, 404, 422, 429, 500, 503]);
  const type = words.pick(["application/json", "text/html", "text/planted"]);
  const body = words.pick([
    JSON.stringify({ id: planted(), message: planted(), created: planted(), state: planted(), price: planted() }),
    JSON.stringify({ success: false, message: planted(), code: planted(), name: planted() }),
    `<html>${planted()}</html>`,
    `{"id": "${planted()}`,
    "",
  ]);
  response.writeHead(status, { "content-type": type, "x-planted": "planted", "retry-after": "0" }).end(body);
}

describe(`metrics and traces of random requests with FUZZ_SEED=${seed}`, () => {
  let collector: RecordingProvider;
  let provider: RecordingProvider;
  let graph: GuardedGraph;
  let metrics: string;
  let spans: Span[];
  beforeAll(async () => {
    collector = await startRecordingProvider(answerJson({}));
    provider = await startRecordingProvider(talk);
    const address = { CREDAS_BASE_URL: provider.baseUrl, TRUEWORK_BASE_URL: provider.baseUrl };
    graph = await startGuardedGraph({
      ...address,
      YOUVERIFY_BASE_URL: provider.baseUrl,
      CREDAS_API_KEY: "planted-credas-key",
      TRUEWORK_API_KEY: "planted-truework-key",
      YOUVERIFY_API_KEY: "planted-youverify-key",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.baseUrl,
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=planted",
    });
    for (let round = 0; round < 4; round += 1) {
      await Promise.all([...aimed(), ...atRandom(round)].map((operation) => send(operation)));
    }
    metrics = (await graph.server.inject({ method: "GET", url: "/metrics" })).body;
    await graph.close();
    // Closing gives up on a collector that takes too long, as one on a busy machine may.
    await until(() => spansOf(collector.requests).length > 50);
    spans = spansOf(collector.requests);
    await Promise.all([collector.close(), provider.close()]);
  }, 60_000);
  afterAll(() => expect(provider.requests.length).toBeGreaterThan(3));

  const aimed = () => {
    const key = () => `planted-${words.next()}`;
    const buy = (field: string, type: string, input: object) => ({
      query: `mutation Planted_${field}($planted: ${type}!) { planted: ${field}(input: $planted) { __typename } }`,
      operationName: `Planted_${field}`,
      variables: { planted: { ...input, idempotencyKey: key() } },
    });
    return [
      { query: `query Planted_Ada { planted: company(id: "6510") { name } }`, operationName: "Planted_Ada" },
      { query: `query Planted($planted: ID!) { company(id: $planted) { name } }`, variables: { planted: planted() } },
      { query: `{ verification(id: "vr_planted") { id } verifications { totalCount } planted }` },
      { query: `{ verification(id: "vr_planted") { id } verifications(first: 5) { totalCount } }` },
      { query: `{ businessCreditReport(id: "5a0db0510000000000000a01") { id } }` },
      { query: `subscription Planted { planted }` },
      { query: planted() },
      buy("refreshCompanyReport", "RefreshCompanyReportInput", { companyId: "6510" }),
      buy("reverifyVerification", "ReverifyVerificationInput", {
        verificationId: "vr_planted",
        reportId: "rep_planted",
      }),
      buy("requestBusinessCreditReport", "RequestBusinessCreditReportInput", {
        companyNumber: "PLANTED1",
        subjectConsent: true,
        metadata: { planted: "planted" },
      }),
    ];
  };
  const atRandom = (round: number) => {
    const writer = new OperationWriter(createSchema(), new Random(seed + round));
    return Array.from({ length: 40 }, (_, i) => writer.write(i % 4 === 0 ? "mutation" : "query"));
  };
  const send = async (operation: object) =>
    graph.server.inject({
      method: "POST",
      url: `/graphql?planted=${encodeURIComponent(planted())}`,
      headers: {
        "content-type": "application/json",
        "user-agent": "planted",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "planted=planted",
        baggage: "planted=planted",
        ...(await graph.headersOf({ sub: "planted-caller" })),
      },
      payload: JSON.stringify(operation),
    });

  it("hold nothing that a client, a token, a provider or a setting said", () => {
    expect(metrics).not.toMatch(trace);
    expect(collector.requests.map(({ body }) => body).join()).not.toMatch(trace);
  });

  it("say in their labels what is listed here and nothing else", () => {
    const ours = parseMetrics(metrics).filter(({ name }) => name.startsWith("diligence_"));
    const others = ours.flatMap(({ name, labels }) =>
      Object.entries(labels)
        .filter(([label, value]) => !isAllowed(label, value))
        .map(([label, value]) => `${name} ${label}=${value}`),
    );

    expect(others).toEqual([]);
    expect(ours.length).toBeGreaterThan(100);
  });

  it("say in their attributes and names what is listed here and nothing else", () => {
    const others = spans.flatMap(({ attributes }) =>
      Object.entries(attributes).filter(([name, value]) => !isAllowed(name, value)),
    );
    const names = new Set(spans.map(({ name }) => name.replace(/^(GET|POST|PUT) /, "")));

    expect(others).toEqual([]);
    expect([...names].filter((name) => !["query", "mutation", "graphql", ...endpoints].includes(name))).toEqual([]);
    expect(spans.length).toBeGreaterThan(50);
  });

  it("do not become more with every request", () => {
    expect(metrics.split("\n").length).toBeLessThan(3_000);
  });
});
