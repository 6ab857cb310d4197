import { findCell, type Results } from "./figures.ts";
import { judgeTargets } from "./targets.ts";

/** The results as Markdown. */
export function writeTables(results: Results): string {
  const { at, machine, node, arguments: given, sameBytes } = results;
  return [
    `Measured ${at.slice(0, 10)} on ${machine}, Node ${node}: the median of ${given.rounds} rounds of ${given.seconds} s each.`,
    `The same bytes from every server: ${sameBytes.map((name) => results.titles[name]).join("; ") || "not compared"}.`,
    "**What it sets out to reach**",
    writeTargets(results),
    ...writeWorkloads(results),
    "**The processes**",
    table(
      ["server", "start to ready, ms", "peak memory, MB"],
      results.servers.map(({ title, startMs, peakMb }) => [title, startMs.toFixed(0), peakMb.toFixed(0)]),
    ),
  ].join("\n\n");
}

function writeTargets(results: Results): string {
  const rows = judgeTargets(results).map(({ what, ratio, least, most, isReached }) => [
    what,
    ratio.toFixed(2),
    least === most ? `${least}` : least === undefined ? `at most ${most}` : `at least ${least}`,
    isReached ? "yes" : "**no**",
  ]);
  return table(["figure", "is", "is to be", "reached"], rows);
}

function writeWorkloads(results: Results): string[] {
  const kinds = unique(results.cells.map(({ workload, mode }) => `${workload}|${mode}`));
  return kinds.flatMap((kind) => {
    const [workload = "", mode = ""] = kind.split("|");
    const rows = results.servers.flatMap(({ server, title }) => {
      const cell = findCell(results, workload, mode, server);
      if (!cell) return [];
      const calls = `${cell.providerCalls} of ${cell.expectedCalls}`;
      const figures = [
        cell.requestsPerSecond.toFixed(cell.requestsPerSecond < 100 ? 1 : 0),
        ms(cell.p50Ms),
        ms(cell.p99Ms),
      ];
      return [[title, ...figures, ms(cell.cpuMsPerRequest), calls, String(cell.failures)]];
    });
    const header = [
      "server",
      "req/s",
      "p50, ms",
      "p99, ms",
      "CPU per request, ms",
      "provider calls of ids",
      "failures",
    ];
    return [`**${results.titles[workload] ?? workload}, ${mode}**`, table(header, rows)];
  });
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}

function ms(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
