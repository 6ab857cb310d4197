import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RefreshCompanyReportDocument } from "../generated/operations.ts";
import { frontendOf } from "../support/frontend.ts";
import type { Json } from "../support/graph-answer.ts";
import { describeOnEachDatabase, ledgerDatabases } from "../support/ledger-databases.ts";
import { endAllBuilt, startSandboxProcess, startService } from "../support/service-process.ts";
import { until } from "../support/until.ts";

afterEach(() => endAllBuilt());
// Up to three processes start within one test.
vi.setConfig({ testTimeout: 120_000 });

const refresh = (url: string, idempotencyKey: string, companyId = "6510") =>
  frontendOf(url)(RefreshCompanyReportDocument, { input: { companyId, idempotencyKey } });

// A process that has just started may be slower than the bound, and then has not begun: the same key again.
const refreshUntilBegun = async (url: string, idempotencyKey: string): Promise<Json> => {
  for (let tries = 1; tries <= 50; tries++) {
    const { data } = await refresh(url, idempotencyKey);
    const answer = data?.refreshCompanyReport as Json;
    if (answer.__typename !== "ProviderUnavailable") return answer;
  }
  throw new Error("Expected something to be claimed, got ProviderUnavailable fifty times");
};

const postgres = ledgerDatabases().find(({ name }) => name === "PostgreSQL");

describe.runIf(postgres)("two processes on one PostgreSQL", () => {
  it("and ten clients with the same keys: as many charges as keys", async () => {
    const database = await postgres!.create();
    const { env } = await startSandboxProcess();
    await behave(env, { delayMs: 300, on: "paid" });
    // They start at once, on a database without a table.
    const services = await Promise.all([1, 2].map(() => startService({ ...env, DATABASE_URL: database.url })));
    const keys = Array.from({ length: 12 }, (_, i) => `two-processes-${i}`);

    const clients = Array.from({ length: 10 }, async (_, client) => {
      const answers: [string, string, boolean | undefined][] = [];
      for (const [turn, key] of keys.entries()) {
        // Half of them begin at the other end, and half at the other process; each goes from one to the other.
        const mine = client % 2 ? key : (keys.at(-1 - turn) ?? "");
        const { data } = await refresh(services[(Math.floor(client / 2) + turn) % 2]?.url ?? "", mine);
        const answer = data?.refreshCompanyReport as Json;
        answers.push([mine, answer.__typename ?? "success", answer.replayed]);
      }
      return answers;
    });
    const answers = (await Promise.all(clients)).flat();

    expect(await charges(env)).toHaveLength(keys.length);
    expect(
      answers
        .filter(([, , replayed]) => replayed === false)
        .map(([key]) => key)
        .toSorted(),
    ).toEqual(keys.toSorted());
    const others = answers.filter(([, , replayed]) => replayed !== false);
    expect(others.every(([, name, replayed]) => replayed === true || name === "ChargeInProgress")).toBe(true);
    // Both kinds of answer have been met, or this test would not be about two processes at once.
    expect(others.some(([, name]) => name === "ChargeInProgress")).toBe(true);
    await endAllBuilt();
    await database.drop();
  });
});

describeOnEachDatabase("SIGTERM in mid-call", (kind) => {
  it("ends the process only when the call is finished, answered and recorded", async () => {
    const { database, env, service } = await start();
    await behave(env, { hold: true, on: "paid" });

    const answer = refresh(service.url, "sigterm");
    await until(async () => (await paidCalls(env)) === 1);
    service.kill("SIGTERM");
    await service.told(/"msg":"closing"/);
    await behave(env, {});

    expect((await answer).data?.refreshCompanyReport).toMatchObject({ replayed: false, charge: { state: "CHARGED" } });
    expect(await service.ended()).toEqual({ code: 0, signal: null });
    await expectReplay(env, "sigterm");
    await database.drop();
  });

  it("waits for a call whose client has been told ChargeInProgress already", async () => {
    const { database, env, service } = await start({ PAID_CALL_TIMEOUT_MS: "100" });
    await behave(env, { hold: true, on: "paid" });

    const told = await refreshUntilBegun(service.url, "sigterm");
    service.kill("SIGTERM");
    await service.told(/"msg":"closing"/);
    await behave(env, {});

    expect(told).toMatchObject({ __typename: "ChargeInProgress" });
    expect(await service.ended()).toEqual({ code: 0, signal: null });
    expect(service.stdout()).toContain('"msg":"charge: answered"');
    await expectReplay(env, "sigterm");
    await database.drop();
  });

  it("waits no longer than the abandon time, and what is UNKNOWN then is on record", async () => {
    const { database, env, service } = await start({ PAID_CALL_TIMEOUT_MS: "1000", PAID_CALL_ABANDON_MS: "1500" });
    await behave(env, { fault: "hung", on: "paid" });

    // Where a slow machine had no time left, or was held up before it sent anything, the key is free.
    await until(async () => {
      await refresh(service.url, "sigterm");
      return (await paidCalls(env)) === 1;
    });
    service.kill("SIGTERM");
    expect((await service.ended()).code).toBe(0);
    await behave(env, {});
    const next = await startService(env);
    const { data } = await refresh(next.url, "sigterm");

    expect(data?.refreshCompanyReport).toMatchObject({
      __typename: "ChargeOutcomeUnknown",
      charge: { state: "UNKNOWN" },
    });
    expect(await charges(env)).toHaveLength(1);
    await endAllBuilt();
    await database.drop();
  });

  const start = async (settings: Record<string, string> = {}) => {
    const database = await kind.create();
    const sandbox = await startSandboxProcess();
    const env = { ...sandbox.env, DATABASE_URL: database.url };
    return { database, env, service: await startService({ ...env, ...settings }) };
  };

  const expectReplay = async (env: Record<string, string>, key: string) => {
    const next = await startService(env);
    const { data } = await refresh(next.url, key);
    expect(data?.refreshCompanyReport).toMatchObject({ replayed: true });
    expect(await charges(env)).toHaveLength(1);
    await endAllBuilt();
  };
});

describe("a second process on a SQLite ledger", () => {
  it("is refused with one clear line, and the first goes on", async () => {
    const folder = mkdtempSync(join(tmpdir(), "diligence-locked-"));
    const { env } = await startSandboxProcess();
    const settings = { ...env, DATABASE_URL: `file:${join(folder, "ledger.db")}` };
    const first = await startService(settings);

    const failure = await startService(settings).catch((error: Error) => error.message);

    expect(failure).toMatch(/another process has it open/);
    expect((await refresh(first.url, "first")).data?.refreshCompanyReport).toMatchObject({ replayed: false });
    await endAllBuilt();
    rmSync(folder, { recursive: true });
  });
});

async function behave({ CREDAS_BASE_URL }: Record<string, string>, behaviour: object): Promise<void> {
  await fetch(`${CREDAS_BASE_URL}/_behaviour`, { method: "PUT", body: JSON.stringify(behaviour) });
}

async function charges({ CREDAS_BASE_URL }: Record<string, string>): Promise<Json[]> {
  return ((await (await fetch(`${CREDAS_BASE_URL}/_charges`)).json()) as Json).charges;
}

async function paidCalls({ CREDAS_BASE_URL }: Record<string, string>): Promise<number> {
  const { calls } = (await (await fetch(`${CREDAS_BASE_URL}/_calls`)).json()) as Json;
  return calls.filter(({ method }: Json) => method !== "GET").length;
}
