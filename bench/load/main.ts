import { findWorkload } from "../workloads.ts";
import { bodyOf, Connection, requestOf, statusOf } from "./connection.ts";

/** What one run is to do, as JSON in the first argument; what came of it is written as JSON to stdout. */
export interface LoadOrder {
  port: number;
  workload: string;
  token: string;
  connections: number;
  durationMs: number;
  /** The first id that nobody has asked for yet; the same ids over and over again where `warm`. */
  firstId: number;
  warm: boolean;
}

export interface LoadFigures {
  requests: number;
  failures: number;
  seconds: number;
  /** Milliseconds from the first byte sent to the last one received, sorted. */
  p50Ms: number;
  p99Ms: number;
  /** The first id that nobody has asked for after this. */
  nextId: number;
}

const order: LoadOrder = JSON.parse(process.argv[2] ?? "{}");
const workload = findWorkload(order.workload);
// So many different requests repeat where everything is known: no more entities than any cache here holds.
const warmRequests = Math.min(20, Math.ceil(2_000 / workload.ids));

const requestFor = (firstId: number) =>
  requestOf(JSON.stringify({ query: workload.query, variables: workload.variables(firstId) }), order.token);
const known = order.warm
  ? Array.from({ length: warmRequests }, (_, i) => requestFor(order.firstId + i * workload.ids))
  : [];

let asked = 0;
let failures = 0;
const times: number[] = [];

function nextRequest(): Buffer {
  const number = asked++;
  return known[number % warmRequests] ?? requestFor(order.firstId + number * workload.ids);
}

async function keepAsking(connection: Connection, untilMs: number): Promise<void> {
  while (performance.now() < untilMs) {
    const request = nextRequest();
    const beganMs = performance.now();
    const answer = await connection.ask(request);
    times.push(performance.now() - beganMs);
    // The whole body is compared elsewhere; an error is told at its beginning, or the status tells.
    if (statusOf(answer) !== 200 || answer.includes('"errors"')) {
      failures += 1;
      if (failures === 1) process.stderr.write(`${bodyOf(answer).slice(0, 500)}\n`);
    }
  }
}

const connections = Array.from({ length: order.connections }, () => new Connection(order.port));
const beganMs = performance.now();
await Promise.all(connections.map((connection) => keepAsking(connection, beganMs + order.durationMs)));
const seconds = (performance.now() - beganMs) / 1000;
for (const connection of connections) connection.close();

times.sort((a, b) => a - b);
const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const figures: LoadFigures = {
  requests: times.length,
  failures,
  seconds,
  p50Ms: at(0.5),
  p99Ms: at(0.99),
  nextId: order.firstId + (order.warm ? warmRequests : asked) * workload.ids,
};
process.stdout.write(JSON.stringify(figures));
