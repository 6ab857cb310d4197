import { describe, expect, it } from "vitest";
import { startSandboxGraph } from "../support/graph.ts";
import { startLedgerGraph } from "../support/graph-on-ledger.ts";
import { ledgerDatabases } from "../support/ledger-databases.ts";
import { sampleOf, scrape } from "../support/metrics.ts";
import { documentOf, paidMutations } from "../support/paid-mutations.ts";

const postgres = ledgerDatabases().find(({ name }) => name === "PostgreSQL");
const anywhere = { host: "127.0.0.1", port: 0 };

describe("health", () => {
  it("is live and ready whatever its providers do, and asks them nothing", async () => {
    const graph = await startSandboxGraph();
    const url = await graph.server.listen(anywhere);
    const { credas, truework, youverify } = graph.sandbox;
    for (const provider of [credas, truework, youverify]) provider.behave({ fault: "hung" });

    const answers = await Promise.all(["live", "ready"].map((which) => fetch(`${url}/health/${which}`)));
    const calls = [credas, truework, youverify].flatMap((provider) => provider.calls());
    await graph.close();

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(calls).toEqual([]);
  });

  it.runIf(postgres)(
    "is ready without its ledger: reads are answered, purchases refused, and the metrics tell",
    async () => {
      const database = await postgres!.create();
      const graph = await startLedgerGraph(database.url);
      const url = await graph.server.listen(anywhere);
      const [refresh] = paidMutations;

      await database.drop();
      const input = { ...refresh.input, idempotencyKey: "without-a-ledger" };
      const bought = await graph.ask(documentOf(refresh), { input });
      const read = await graph.ask('{ company(id: "6510") { id } }');
      const [live, ready] = await Promise.all(["live", "ready"].map((which) => fetch(`${url}/health/${which}`)));
      const samples = await scrape(graph.server);
      const charges = graph.charges();
      await graph.close();

      expect([live?.status, ready?.status]).toEqual([200, 200]);
      expect(read.data).toEqual({ company: { id: "6510" } });
      expect(bought.errors).toMatchObject([{ extensions: { code: "LEDGER_UNAVAILABLE" } }]);
      expect([charges, sampleOf(samples, "diligence_ledger_up")]).toEqual([[], 0]);
    },
  );
});
