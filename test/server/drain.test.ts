import { Agent, get } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { CompanyDocument, RefreshCompanyReportDocument } from "../generated/operations.ts";
import { frontendOf } from "../support/frontend.ts";
import { answerJson, startRecordingProvider } from "../support/recording-provider.ts";
import { endAllBuilt, startBuilt, startSandboxProcess, startService } from "../support/service-process.ts";
import { spansOf } from "../support/spans.ts";

afterEach(() => endAllBuilt());

// Long enough that no machine is so slow that a test would miss it; whoever uses it ends the process itself.
const forever = { DRAIN_WAIT_MS: "600000" };
const company = (url: string) => frontendOf(url)(CompanyDocument, { id: "6510" });

describe("from SIGTERM on, a service", { timeout: 60_000 }, () => {
  it("is live but not ready, answers what still comes, and has kept connections end with that", async () => {
    const service = await startService(forever);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const before = await connectionOf(`${service.url}/health/live`, agent);

    service.kill("SIGTERM");
    await service.told(/"msg":"closing"/);

    expect([before, await connectionOf(`${service.url}/health/live`, agent)]).toEqual(["keep-alive", "close"]);
    const ready = await fetch(`${service.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: "not ready" }]);
    expect((await company(service.url)).data?.company?.id).toBe("6510");
  });

  it("is not cut short by more signals", async () => {
    const asked = Promise.withResolvers<() => void>();
    const provider = await startRecordingProvider((request, response) => {
      const answer = () => answerJson({ id: "6510" })(request, response);
      if (request.method === "GET") answer();
      else asked.resolve(answer);
    });
    onTestFinished(() => provider.close());
    const { env } = await startSandboxProcess();
    const service = await startService({ ...env, CREDAS_BASE_URL: provider.baseUrl });

    const input = { companyId: "6510", idempotencyKey: "many-signals" };
    const bought = frontendOf(service.url)(RefreshCompanyReportDocument, { input });
    const answer = await asked.promise;
    service.kill("SIGTERM");
    await service.told(/"msg":"closing"/);
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      service.kill(signal);
      await service.told(new RegExp(`"signal":"${signal}","msg":"closing already"`));
    }
    answer();

    expect((await bought).data?.refreshCompanyReport).toMatchObject({ replayed: false, charge: { state: "CHARGED" } });
    expect(await service.ended()).toEqual({ code: 0, signal: null });
  });

  it("cuts what is still on its way after DRAIN_TIMEOUT_MS, and says so", async () => {
    const service = await startService({
      PROVIDER_TIMEOUT_MS: "100",
      PAID_CALL_TIMEOUT_MS: "100",
      DRAIN_TIMEOUT_MS: "300",
    });
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
    const head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n";
    socket.write(`${head}content-length: 1000\r\n\r\n{"query":`);
    // "100 Continue": the service has read the head, and waits for a body that never comes.
    await new Promise((read) => socket.once("data", read));

    service.kill("SIGTERM");

    expect(await service.ended()).toEqual({ code: 0, signal: null });
    expect(service.stdout()).toContain("connections were cut");
  });

  it("waits, sends its last spans and ends with code 0", async () => {
    const collector = await startRecordingProvider(answerJson({}));
    onTestFinished(() => collector.close());
    const service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.baseUrl, DRAIN_WAIT_MS: "200" });
    await company(service.url);

    service.kill("SIGTERM");

    expect(await service.ended()).toEqual({ code: 0, signal: null });
    expect(spansOf(collector.requests).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["query", "GET /api/v2/ci/companies/{id}"]),
    );
  });
});

describe("a service told to end while it starts", { timeout: 60_000 }, () => {
  it("ends with code 0, having finished what it began", async () => {
    // Its own log is told before it listens.
    const service = startBuilt("main.js", { PORT: "0" });
    await service.told(/"msg":"sandbox:/);

    service.kill("SIGTERM");

    expect(await service.ended()).toEqual({ code: 0, signal: null });
  });
});

function connectionOf(url: string, agent: Agent): Promise<string | undefined> {
  return new Promise((told, failed) => {
    const request = get(url, { agent }, (response) => {
      response.resume().once("end", () => told(response.headers.connection));
    });
    request.once("error", failed);
  });
}
