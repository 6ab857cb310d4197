import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { bodyOf, Connection, requestOf } from "./load/connection.ts";
import type { LoadFigures, LoadOrder } from "./load/main.ts";
import { run, type ServerProcess, startServer, stopAll } from "./processes.ts";
import { drawChart } from "./report/chart.ts";
import { median, type Results, type RunFigures, type ServerFigures, summarise } from "./report/figures.ts";
import { writeTables } from "./report/table.ts";
import { describeServers, type Server } from "./servers.ts";
import { type Workload, workloads } from "./workloads.ts";

const { values: given } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
    /** Workloads by name, comma separated. */
    only: { type: "string" },
    /** warm, cold-0, cold-20, cold-200; comma separated. */
    modes: { type: "string", default: "cold-0,cold-20,cold-200,warm" },
    /** Servers by name, comma separated. */
    servers: { type: "string" },
    /** Everything once and for a moment, to see that it runs. */
    quick: { type: "boolean", default: false },
  },
});
const seconds = given.quick ? 0.3 : Number(given.seconds);
const rounds = given.quick ? 1 : Number(given.rounds);
const modes = given.modes.split(",");
const chosen = workloads.filter(({ name }) => !given.only || given.only.split(",").includes(name));
// More would only measure how long the provider's turns are waited for.
const idsAtOnce = 400;
const connectionsAtMost = 32;
const starts = given.quick ? 1 : 5;

interface Running extends Server {
  process: ServerProcess;
  startMs: number;
}

// Nobody has asked for an id from here on.
let nextId = 1_000_000;

const say = (text: string) => process.stdout.write(`${text}\n`);

try {
  await bench();
} finally {
  await stopAll();
}

async function bench(): Promise<void> {
  const stub = await startServer({ file: "bench/stub/main.ts", ready: /^ready (\d+)$/m });
  const { servers, token, clear } = await describeServers(`http://127.0.0.1:${stub.port}`);
  try {
    const wanted = servers.filter(({ name }) => !given.servers || given.servers.split(",").includes(name));
    const running: Running[] = [];
    for (const server of wanted) running.push(await start(server));
    const sameBytes = await compareBytes(running, token);
    const runs: RunFigures[] = [];
    for (const workload of chosen) {
      for (const mode of modes) {
        if (mode === "warm" && !workload.canBeWarm) continue;
        // In turn, round after round, so that what changes on the machine meanwhile changes for all.
        for (let round = 0; round < rounds; round += 1) {
          for (const server of rotated(running, round)) {
            if (mode === "warm" && !server.speaksGraphQL) continue;
            runs.push(await measure(server, { workload, mode, stub: stub.port, token }));
          }
        }
        say(`${workload.name}, ${mode}: done`);
      }
    }
    write(toResults(running, runs, sameBytes));
  } finally {
    clear();
  }
}

async function start(server: Server): Promise<Running> {
  const times: number[] = [];
  for (let i = 1; i < starts; i += 1) {
    const once = await startServer(server);
    times.push(once.startMs);
    await once.stop();
  }
  const process = await startServer(server);
  say(`${server.name}: ready`);
  return { ...server, process, startMs: median([...times, process.startMs]) };
}

interface Measuring {
  workload: Workload;
  mode: string;
  stub: number;
  token: string;
}

async function measure(server: Running, { workload, mode, stub, token }: Measuring): Promise<RunFigures> {
  const warm = mode === "warm";
  const delayMs = warm ? 0 : Number(mode.replace("cold-", ""));
  const firstId = nextId;
  const order: LoadOrder = {
    port: server.process.port,
    workload: workload.name,
    token,
    connections: warm
      ? connectionsAtMost
      : Math.max(1, Math.min(connectionsAtMost, Math.floor(idsAtOnce / workload.ids))),
    durationMs: seconds * 1000,
    firstId,
    warm,
  };
  // Once unmeasured: so that what is asked is known, and what is to be compiled is compiled.
  const before = await load({ ...order, durationMs: Math.min(500, seconds * 500) });
  nextId = before.nextId;
  await ask(stub, `/_delay/${delayMs}`);
  await ask(stub, "/_calls");
  const cpuMs = server.process.cpuMs();
  const figures = await load(warm ? order : { ...order, firstId: nextId });
  const { calls } = await ask(stub, "/_calls");
  await ask(stub, "/_delay/0");
  nextId = Math.max(nextId, figures.nextId);
  return {
    workload: workload.name,
    mode: warm ? "warm" : `cold ${delayMs} ms`,
    server: server.name,
    ...figures,
    cpuMs: server.process.cpuMs() - cpuMs,
    providerCalls: calls ?? 0,
    expectedCalls: warm ? 0 : figures.requests * workload.ids * workload.callsPerId,
  };
}

async function load(order: LoadOrder): Promise<LoadFigures> {
  return JSON.parse(await run("bench/load/main.ts", JSON.stringify(order)));
}

async function ask(port: number, path: string): Promise<{ calls?: number }> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).json() as Promise<{ calls?: number }>;
}

/** The workloads to which all servers answer the same bytes; stops everything for one to which they don't. */
async function compareBytes(running: readonly Running[], token: string): Promise<string[]> {
  for (const workload of chosen) {
    const firstId = nextId;
    nextId += workload.ids;
    const body = JSON.stringify({ query: workload.query, variables: workload.variables(firstId) });
    const told = new Map<string, string>();
    for (const { name, speaksGraphQL, process } of running) {
      if (!speaksGraphQL) continue;
      const connection = new Connection(process.port);
      // Twice, for what is answered the second time may come another way.
      for (const time of workload.canBeWarm ? ["first", "second"] : ["first"]) {
        const answer = bodyOf(await connection.ask(requestOf(body, token))).trim();
        told.set(`${name}, ${time} time`, answer);
      }
      connection.close();
    }
    const [expected] = told.values();
    for (const [who, answer] of told) {
      if (answer === expected && answer.startsWith('{"data":')) continue;
      throw new Error(`${workload.name}: ${who}: expected the same bytes from all, got\n${answer}\nand\n${expected}`);
    }
  }
  return chosen.map(({ name }) => name);
}

function toResults(running: readonly Running[], runs: readonly RunFigures[], sameBytes: string[]): Results {
  const servers: ServerFigures[] = running.map(({ name, title, startMs, process }) => ({
    server: name,
    title,
    startMs,
    peakMb: process.peakMb(),
  }));
  const kinds = Map.groupBy(runs, ({ workload, mode, server }) => JSON.stringify([workload, mode, server]));
  const named = [...chosen, ...running].map(({ name, title }) => [name, title]);
  return {
    at: new Date().toISOString(),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    node: process.version,
    arguments: { seconds, rounds },
    titles: Object.fromEntries(named),
    servers,
    cells: [...kinds.values()].map(summarise),
    sameBytes,
  };
}

function write(results: Results): void {
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const tables = writeTables(results);
  // A run that is only to see whether it runs must not take the place of one that measured.
  const name = given.quick ? "quick" : "latest";
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(new URL(`${name}.md`, folder), `${tables}\n`);
  writeFileSync(new URL(`${name}.svg`, folder), drawChart(results));
  say(`\n${tables}\n\nwritten to bench/results/${name}.json, .md and .svg`);
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
