import { type CellFigures, findCell, type Results } from "./figures.ts";

export interface Target {
  what: string;
  /** What the service's figure is of the other one's. */
  ratio: number;
  least?: number;
  most?: number;
  isReached: boolean;
}

const service = "diligence";

/** What the service sets out to reach, with what it has reached in these results; what was not measured is left out. */
export function judgeTargets(results: Results): Target[] {
  const rate = ({ requestsPerSecond }: CellFigures) => requestsPerSecond;
  const p50 = ({ p50Ms }: CellFigures) => p50Ms;
  const cell = (workload: string, mode: string, server: string) => findCell(results, workload, mode, server);
  const compare = (workload: string, mode: string, other: string, figure: (cell: CellFigures) => number) => {
    const [ours, theirs] = [cell(workload, mode, service), cell(workload, mode, other)];
    return ours && theirs ? figure(ours) / figure(theirs) : undefined;
  };
  const title = (name: string) => results.titles[name] ?? name;
  const warm = (workload: string, other: string, least: number) =>
    judge(
      `warm, ${title(workload)}: requests per second of ${title(other)}'s`,
      compare(workload, "warm", other, rate),
      {
        least,
      },
    );
  const cold = (workload: string, most: number) =>
    judge(
      `provider at 20 ms, ${title(workload)}: p50 of the pass-through's`,
      compare(workload, "cold 20 ms", "pass-through", p50),
      { most },
    );
  return [
    warm("one", "mercurius-jit", 1),
    warm("entities-50", "mercurius-jit", 1.2),
    warm("entities-500", "mercurius-jit", 1.5),
    ...["one", "entities-50", "entities-500", "list-25"].map((workload) => warm(workload, "apollo", 3)),
    cold("one", 1.1),
    cold("entities-50", 1.25),
    judge("start to ready of Apollo standalone's", ofServers(results, "apollo", "startMs"), { most: 1.5 }),
    judge("peak memory of Mercurius'", ofServers(results, "mercurius", "peakMb"), { most: 1.5 }),
    judge("calls to the provider of the distinct ids asked for", callsPerId(results), { least: 1, most: 1 }),
  ].flat();
}

function judge(what: string, ratio: number | undefined, bounds: { least?: number; most?: number }): Target[] {
  if (ratio === undefined) return [];
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = bounds;
  return [{ what, ratio, ...bounds, isReached: ratio >= least && ratio <= most }];
}

function ofServers({ servers }: Results, other: string, figure: "startMs" | "peakMb"): number | undefined {
  const [ours, theirs] = [service, other].map((name) => servers.find(({ server }) => server === name)?.[figure]);
  return ours && theirs ? ours / theirs : undefined;
}

function callsPerId({ cells }: Results): number | undefined {
  const ours = cells.filter(({ server, expectedCalls }) => server === service && expectedCalls > 0);
  const expected = ours.reduce((sum, { expectedCalls }) => sum + expectedCalls, 0);
  return expected > 0 ? ours.reduce((sum, { providerCalls }) => sum + providerCalls, 0) / expected : undefined;
}
