import type { Finding } from "./checks.ts";

/** Prints a table of what was done and found, with what is wrong beneath; tells how many violations there were. */
export function report(title: string, columns: readonly string[], findings: readonly Finding[]): number {
  const head = [...columns, ""];
  const rows = findings.map(({ cells, violations }) => {
    const filled = columns.map((_, index) => cells[index] ?? "");
    return [...filled, violations.length === 0 ? "ok" : "VIOLATION"];
  });
  print(`\n${title}\n`);
  print(table([head, head.map((name) => "-".repeat(name.length)), ...rows]));
  const violations = findings.flatMap(({ cells, violations }) =>
    violations.map((violation) => `${cells.slice(0, 2).join(", ")}: ${violation}`),
  );
  for (const violation of violations) print(`  VIOLATION  ${violation}`);
  return violations.length;
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Lines with their columns aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}
