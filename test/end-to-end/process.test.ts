import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CompanyDocument } from "../generated/operations.ts";
import { frontendOf } from "../support/frontend.ts";
import { endAllBuilt, startBuilt, startSandboxProcess, startService } from "../support/service-process.ts";

describe("the service's process", () => {
  afterEach(() => endAllBuilt());

  it("answers with nothing configured, from its own sandbox", async () => {
    const service = await startService();

    const { data } = await frontendOf(service.url)(CompanyDocument, { id: "6510" });

    expect(data?.company?.name).toBe("Larkspur Example Trading Limited");
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
  });

  it("says that nothing costs money, and that callers are not checked", async () => {
    const service = await startService();

    const messages = [
      await service.told(/"level":30,.*"msg":"(sandbox: .*nothing costs money)"/),
      await service.told(/"level":40,.*"msg":"(no callers' tokens are checked.*)"/),
    ];

    expect(messages).toHaveLength(2);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("ends with code 0 on %s", async (signal) => {
    const service = await startService();

    service.kill(signal);

    expect(await service.ended()).toEqual({ code: 0, signal: null });
    expect(service.stdout()).toContain('"msg":"closed"');
    expect(service.stderr()).toBe("");
  });

  it("ends on SIGTERM although a client keeps its connection", async () => {
    const service = await startService();
    await frontendOf(service.url)(CompanyDocument, { id: "6510" });

    service.kill("SIGTERM");

    expect((await service.ended()).code).toBe(0);
  });

  it("answers what it has accepted before it ends", async () => {
    const { env } = await startSandboxProcess();
    const service = await startService(env);
    const slow = JSON.stringify({ delayMs: 1000 });
    await fetch(`${env.CREDAS_BASE_URL}/_behaviour`, { method: "PUT", body: slow });

    const answer = frontendOf(service.url)(CompanyDocument, { id: "6510" });
    await callArrived(`${env.CREDAS_BASE_URL}/_calls`);
    service.kill("SIGTERM");

    expect((await answer).data?.company?.id).toBe("6510");
    expect((await service.ended()).code).toBe(0);
  });
});

describe("a service that can't start", () => {
  afterAll(() => endAllBuilt());

  it("ends with code 1 and one line that names every problem of its configuration", async () => {
    const service = startBuilt("main.js", {
      PORT: "many",
      HOST: "0.0.0.0",
      CREDAS_API_KEY: "s3cr3t with blanks",
      TRUEWORK_API_VERSION: "2024-01-01",
      PROVIDERS: "sandbox",
    });

    expect(await service.ended()).toEqual({ code: 1, signal: null });
    expect(service.stdout()).toBe("");
    expect(service.stderr()).toMatch(/^Bad configuration: .+\n$/);
    for (const name of ["PORT", "HOST", "CREDAS_API_KEY", "CREDAS_BASE_URL", "TRUEWORK_API_VERSION"]) {
      expect(service.stderr()).toContain(name);
    }
    expect(service.stderr()).not.toContain("s3cr3t");
  });

  it("ends with code 1 in production without a word about its providers and its ledger", async () => {
    const service = startBuilt("main.js", { NODE_ENV: "production" });

    expect((await service.ended()).code).toBe(1);
    expect(service.stderr()).toBe(
      "Bad configuration: PROVIDERS: expected sandbox or live, said outright in production; DATABASE_URL is missing: in production the ledger's place is said outright\n",
    );
  });

  describe("because its port is in use", () => {
    let port: string;
    beforeAll(async () => {
      ({ port } = new URL((await startService()).url));
    });

    it("ends with code 1 and says so, without a stack trace", async () => {
      const service = startBuilt("main.js", { PORT: port });

      expect(await service.ended()).toEqual({ code: 1, signal: null });
      expect(service.stderr()).toBe("Could not start: HOST and PORT are in use by another process\n");
    });
  });
});

async function callArrived(url: string): Promise<void> {
  for (;;) {
    const { count } = (await (await fetch(url)).json()) as { count: number };
    if (count > 0) return;
  }
}
