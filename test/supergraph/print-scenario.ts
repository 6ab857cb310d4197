import { endAllBuilt } from "../support/service-process.ts";
import type { Outcome } from "./run-scenario.ts";
import { runThreeWays } from "./three-ways.ts";

/**
 * `npm run supergraph:scenario`: every operation straight at the subgraph, through @apollo/gateway and through Hive Gateway,
 * side by side, with the calls that reached the providers (reads + paid) and the requests that reached the subgraph.
 */
try {
  const ways = await runThreeWays();
  const names = [...ways.keys()];
  const rows = (ways.get(names[0] ?? "") ?? []).map((_, index) =>
    names.map((name) => ways.get(name)?.[index] as Outcome),
  );
  const heads = ["operation", ...names, "answers"];
  const lines = rows.map((row) => [row[0]?.step ?? "", ...row.map(cell), sameAnswers(row) ? "the same" : "DIFFER"]);
  const widths = heads.map((head, column) =>
    Math.max(...[heads, ...lines].map((line) => (line[column] ?? head).length)),
  );
  for (const line of [heads, widths.map((width) => "-".repeat(width)), ...lines]) {
    process.stdout.write(`${line.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")}\n`);
  }
  process.exitCode = rows.every(sameAnswers) ? 0 : 1;
} finally {
  await endAllBuilt();
}

function cell({ came, calls, asked }: Outcome): string {
  return `${came}: ${calls.reads} + ${calls.paid} calls, asked ${asked}x`;
}

function sameAnswers(row: Outcome[]): boolean {
  const texts = row.map(({ answer }) => JSON.stringify(answer, sortedKeys));
  return new Set(texts).size === 1;
}

// A router may put members into another order.
function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
