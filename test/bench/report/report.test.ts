import { describe, expect, it } from "vitest";
import { drawChart } from "../../../bench/report/chart.ts";
import { type CellFigures, median, type Results, type RunFigures, summarise } from "../../../bench/report/figures.ts";
import { table, writeTables } from "../../../bench/report/table.ts";
import { judgeTargets } from "../../../bench/report/targets.ts";

const run = (told: Partial<RunFigures> = {}): RunFigures => ({
  workload: "one",
  mode: "warm",
  server: "diligence",
  requests: 100,
  failures: 0,
  seconds: 2,
  p50Ms: 1,
  p99Ms: 5,
  cpuMs: 50,
  providerCalls: 0,
  expectedCalls: 0,
  ...told,
});

const results = (...cells: CellFigures[]): Results => ({
  at: "2030-01-02T03:04:05.678Z",
  machine: "2 × Specimen",
  node: "v26.0.0",
  arguments: { seconds: 2, rounds: 3 },
  titles: { one: "one entity", diligence: "Diligence", "mercurius-jit": "Mercurius with JIT" },
  servers: [
    { server: "diligence", title: "Diligence", startMs: 150, peakMb: 140 },
    { server: "apollo", title: "Apollo & standalone", startMs: 120, peakMb: 90 },
    { server: "mercurius", title: "Mercurius", startMs: 80, peakMb: 100 },
  ],
  cells,
  sameBytes: ["one"],
});

describe("the median", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});

describe("a summary of runs", () => {
  it("has the median of what is measured and the sum of what is counted", () => {
    const runs = [
      run({ requests: 100, failures: 1, providerCalls: 10, expectedCalls: 10 }),
      run({ requests: 300, failures: 0, providerCalls: 30, expectedCalls: 30 }),
      run({ requests: 200, failures: 2, providerCalls: 20, expectedCalls: 20 }),
    ];

    expect(summarise(runs)).toMatchObject({
      requestsPerSecond: 100,
      cpuMsPerRequest: 0.25,
      failures: 3,
      providerCalls: 60,
      expectedCalls: 60,
    });
  });
});

describe("targets", () => {
  const warm = (server: string, requests: number) => summarise([run({ server, requests })]);

  it("are reached or not by the ratio of two servers", () => {
    const [mercurius, apollo] = judgeTargets(
      results(warm("diligence", 300), warm("mercurius-jit", 200), warm("apollo", 150)),
    );

    expect([mercurius?.ratio, mercurius?.isReached, apollo?.ratio, apollo?.isReached]).toEqual([1.5, true, 2, false]);
  });

  it("of what was not measured are left out", () => {
    const told = judgeTargets(results()).map(({ what }) => what);

    expect(told).toEqual(["start to ready of Apollo standalone's", "peak memory of Mercurius'"]);
  });

  it("are not reached by a call too many", () => {
    const calls = summarise([run({ mode: "cold 0 ms", providerCalls: 101, expectedCalls: 100 })]);

    expect(judgeTargets(results(calls)).at(-1)).toMatchObject({ ratio: 1.01, isReached: false });
  });
});

describe("the report", () => {
  const told = results(summarise([run()]), summarise([run({ server: "mercurius", requests: 50 })]));

  it("has a row per server under its workload", () => {
    const tables = writeTables(told);

    expect(tables).toContain("**one entity, warm**");
    expect(tables).toContain("| Diligence | 50.0 | 1.00 | 5.00 | 0.50 | 0 of 0 | 0 |");
    expect(tables).toContain("| peak memory of Mercurius' | 1.40 | at most 1.5 | yes |");
  });

  it("has tables in which every row is as wide as the header", () => {
    expect(table(["a", "b"], [["1", "2"]])).toBe("| a | b |\n| --- | ---: |\n| 1 | 2 |");
  });

  it("has a chart with a bar per server, in which names are text", () => {
    const withApollo = results(...told.cells, summarise([run({ server: "apollo" })]));
    const chart = drawChart(withApollo);

    expect(chart.match(/<rect x=/g)).toHaveLength(3);
    expect(chart).toContain("Apollo &amp; standalone");
    expect(chart).toMatch(/^<svg .*<\/svg>\n$/s);
  });
});
