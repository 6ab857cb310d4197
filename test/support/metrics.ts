import type { FastifyInstance } from "fastify";

/** One value that `/metrics` tells. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What `/metrics` tells, read as Prometheus reads it. */
export async function scrape(server: FastifyInstance): Promise<Sample[]> {
  return parseMetrics((await server.inject({ method: "GET", url: "/metrics" })).body);
}

export function parseMetrics(text: string): Sample[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = "", labels = "", value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text])),
    value: Number(value),
  }));
}

/** The value of the one sample by this name that has these labels; 0 where there is none. */
export function sampleOf(samples: Sample[], name: string, labels: Record<string, string> = {}): number {
  const found = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (found.length > 1) throw new Error(`Expected one ${name}, got ${found.length}`);
  return found[0]?.value ?? 0;
}
