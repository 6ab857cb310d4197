/** One run of one workload on one server. */
export interface RunFigures {
  workload: string;
  /** `cold 20 ms`: nothing is known, and the provider takes that long; `warm`: everything is known. */
  mode: string;
  server: string;
  requests: number;
  failures: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  cpuMs: number;
  providerCalls: number;
  /** As many calls as there were distinct ids to ask for. */
  expectedCalls: number;
}

/** What is told of all runs of one workload on one server. */
export interface CellFigures {
  workload: string;
  mode: string;
  server: string;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuMsPerRequest: number;
  failures: number;
  providerCalls: number;
  expectedCalls: number;
}

/** What is told of a server apart from its answers. */
export interface ServerFigures {
  server: string;
  title: string;
  startMs: number;
  peakMb: number;
}

export interface Results {
  at: string;
  machine: string;
  node: string;
  /** For how long and how often each was measured. */
  arguments: { seconds: number; rounds: number };
  titles: Record<string, string>;
  servers: ServerFigures[];
  cells: CellFigures[];
  /** Workloads whose answers were the same bytes from every server. */
  sameBytes: string[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below = 0, above = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (below + above) / 2;
}

/** The medians of several runs of the same; calls and failures are those of all runs together. */
export function summarise(runs: readonly RunFigures[]): CellFigures {
  const [first] = runs;
  if (!first) throw new Error("Expected at least one run, got none");
  const of = (figure: (run: RunFigures) => number) => median(runs.map(figure));
  const sum = (figure: (run: RunFigures) => number) => runs.reduce((total, run) => total + figure(run), 0);
  return {
    workload: first.workload,
    mode: first.mode,
    server: first.server,
    requestsPerSecond: of(({ requests, seconds }) => requests / seconds),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    cpuMsPerRequest: of(({ cpuMs, requests }) => cpuMs / requests),
    failures: sum(({ failures }) => failures),
    providerCalls: sum(({ providerCalls }) => providerCalls),
    expectedCalls: sum(({ expectedCalls }) => expectedCalls),
  };
}

export function findCell(
  { cells }: Pick<Results, "cells">,
  workload: string,
  mode: string,
  server: string,
): CellFigures | undefined {
  return cells.find((cell) => cell.workload === workload && cell.mode === mode && cell.server === server);
}
