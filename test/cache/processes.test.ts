import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aCacheKey } from "../support/cache-instances.ts";
import type { Json } from "../support/graph-answer.ts";
import { aKey } from "../support/ledger.ts";
import { redisServer } from "../support/redis-server.ts";
import { endAllBuilt, startSandboxProcess, startService } from "../support/service-process.ts";
import { until } from "../support/until.ts";

afterAll(() => endAllBuilt());

type Started = Awaited<ReturnType<typeof startService>>;

// Each test has a company of its own: the processes are the same for all.
describe.runIf(redisServer)("two processes with one Redis", () => {
  let env: Record<string, string>;
  let one: Started;
  let other: Started;
  beforeAll(async () => {
    ({ env } = await startSandboxProcess());
    // Thousands of reads at once on a busy machine must not be taken for a slow Redis.
    const patient = { REDIS_TIMEOUT_MS: "10000", CACHE_LOCK_MS: "10000", PROVIDER_TIMEOUT_MS: "20000" };
    const settings = { ...env, ...patient, REDIS_URL: redisServer!, CACHE_KEY: aCacheKey() };
    [one, other] = await Promise.all([startService(settings), startService(settings)]);
  });

  it("call the provider at most twice for 1,000 reads on each of one cold entity", async () => {
    await behave(env, { delayMs: 100, on: "reads" });
    const before = await countReads(env);

    const answers = await Promise.all(
      [one, other].flatMap(({ url }) => Array.from({ length: 1_000 }, () => read(url, "6510"))),
    );

    expect(answers.filter(({ errors, data }) => errors || data.company.id !== "6510")).toEqual([]);
    expect((await countReads(env)) - before).toBeLessThanOrEqual(2);
  });

  it("show the same copy, as old as it is", async () => {
    const before = await countReads(env);

    const [first, second] = [await read(one.url, "6511"), await read(other.url, "6511")];

    expect(second).toEqual(first);
    expect((await countReads(env)) - before).toBe(1);
  });

  it("both show the new report after one of them refreshed it", async () => {
    const before = await read(one.url, "6512");
    await read(other.url, "6512");

    await refresh(one.url, "6512");
    await until(async () => documentOf(await read(other.url, "6512")) !== documentOf(before));

    expect(documentOf(await read(one.url, "6512"))).toBe(documentOf(await read(other.url, "6512")));
  });

  it("leave no former report behind where one refreshes while the other reads, and fail no reader", async () => {
    await behave(env, { delayMs: 300, on: "reads" });
    const before = await countReads(env);
    const readers = Array.from({ length: 100 }, () => read(other.url, "6513"));
    await until(async () => (await countReads(env)) > before);

    await refresh(one.url, "6513");
    const answers = await Promise.all(readers);
    const [byOne, byOther] = [await read(one.url, "6513"), await read(other.url, "6513")];

    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(documentOf(byOne)).toContain(newcomer);
    expect(documentOf(byOther)).toBe(documentOf(byOne));
  });
});

describe.runIf(redisServer)("a process whose Redis is away", () => {
  it("starts, and answers", async () => {
    const { env } = await startSandboxProcess();
    const service = await startService({ ...env, REDIS_URL: "redis://127.0.0.1:1", CACHE_KEY: aCacheKey() });

    const [first, second] = [await read(service.url, "6510"), await read(service.url, "6510")];

    expect(first).toMatchObject({ data: { company: { id: "6510" } } });
    expect(second).toEqual(first);
    expect(await countReads(env)).toBe(1);
  });
});

async function ask(url: string, query: string): Promise<Json> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const read = (url: string, id: string) => ask(url, `{ company(id: "${id}") { id report { fetchedAt document } } }`);

const refresh = (url: string, id: string) =>
  ask(
    url,
    `mutation { refreshCompanyReport(input: { companyId: "${id}", idempotencyKey: "${aKey()}" }) { __typename } }`,
  );

/** Whom the sandbox adds to a report with its first refresh. */
const newcomer = '"D-NEW-2"';

const documentOf = ({ data }: Json) => JSON.stringify(data.company.report.document);

async function behave({ CREDAS_BASE_URL }: Record<string, string>, behaviour: object): Promise<void> {
  await fetch(`${CREDAS_BASE_URL}/_behaviour`, { method: "PUT", body: JSON.stringify(behaviour) });
}

async function countReads({ CREDAS_BASE_URL }: Record<string, string>): Promise<number> {
  const { byTemplate } = (await (await fetch(`${CREDAS_BASE_URL}/_calls`)).json()) as Json;
  return byTemplate["GET /api/v2/ci/companies/{id}"] ?? 0;
}
