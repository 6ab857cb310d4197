import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSchema } from "../../src/schema.ts";
import { keepingCopies } from "../support/graph.ts";
import { type GuardedGraph, startGuardedGraph } from "../support/guarded-graph.ts";
import { Random } from "../support/random.ts";
import { OperationWriter, type RandomOperation } from "./random-operation.ts";

// A failure tells its seed and its number; FUZZ_SEED=… runs the same operations again, FUZZ_RUNS=… more of them.
// At the gate they are always the same.
const seed = Number(process.env.FUZZ_SEED ?? (process.env.CI ? 1 : Math.floor(Math.random() * 2 ** 31)));
const runs = Number(process.env.FUZZ_RUNS ?? 1_500);
const atOnce = 25;

let graph: GuardedGraph;
beforeAll(async () => {
  process.stdout.write(`fuzz: FUZZ_SEED=${seed} FUZZ_RUNS=${runs}\n`);
  graph = await startGuardedGraph({
    ...keepingCopies,
    PROVIDER_TIMEOUT_MS: "2000",
    PAID_CALL_TIMEOUT_MS: "2000",
    PAID_CALL_ABANDON_MS: "2000",
    MAX_TOKENS: "20000",
  });
});
afterAll(() => graph.close());

describe(`random operations with FUZZ_SEED=${seed}`, () => {
  const check = async (operation: RandomOperation, number: number) => {
    const answer = await graph.post(operation);
    const what = `FUZZ_SEED=${seed}, operation ${number}: ${JSON.stringify(operation)}\n${answer.body}`;

    expect(answer.statusCode, what).toBeLessThan(500);
    expect(answer.body, what).not.toContain("INTERNAL_SERVER_ERROR");
    for (const { extensions } of answer.json().errors ?? []) {
      expect(extensions, what).toEqual({
        code: expect.stringMatching(/^[A-Z_]+$/),
        requestId: answer.headers["x-request-id"],
        ...(extensions.provider && { provider: expect.stringMatching(/^(CREDAS|TRUEWORK|YOUVERIFY)$/) }),
      });
    }
    return Number(Boolean(answer.json().data));
  };
  const run = async (kind: "query" | "mutation", count: number, from: number) => {
    const writer = new OperationWriter(createSchema(), new Random(seed + from));
    let answered = 0;
    for (let done = 0; done < count; done += atOnce) {
      const operations = Array.from({ length: Math.min(atOnce, count - done) }, () => writer.write(kind));
      const results = await Promise.all(operations.map((operation, i) => check(operation, from + done + i)));
      answered += results.reduce((sum, one) => sum + one, 0);
      if (kind === "query") expect(chargesAtProviders(), `FUZZ_SEED=${seed}: a query was charged`).toBe(0);
    }
    return answered;
  };
  const chargesAtProviders = () => {
    const { credas, truework, youverify } = graph.sandbox;
    return [credas, truework, youverify].reduce((sum, provider) => sum + provider.charges().length, 0);
  };

  it("are never an error of ours, and no read is ever paid for", { timeout: 120_000 }, async () => {
    graph.startOver();
    const answered = await run("query", runs, 0);

    expect(await graph.charged()).toEqual({ providers: 0, ledger: 0 });
    expect(graph.calls().filter((call) => !call.startsWith("GET "))).toEqual([]);
    // Otherwise it would be the validation alone that is tried.
    expect(answered).toBeGreaterThan(runs / 4);

    const bought = await run("mutation", Math.ceil(runs / 4), 1_000_000);
    expect(bought).toBeGreaterThan(runs / 50);
  });
});
