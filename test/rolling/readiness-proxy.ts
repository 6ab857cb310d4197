import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "../support/until.ts";

/** A proxy as one stands before several instances: it sends requests only to those that say they are ready. */
export interface ReadinessProxy {
  url: string;
  /** From now on it asks this instance whether it is ready, and waits until it is. */
  add(instance: string): Promise<void>;
  /** It has ended. */
  remove(instance: string): void;
  close(): void;
}

interface Instance {
  url: string;
  /** When the last question was asked that was answered with "ready". */
  readyAsOfMs: number;
}

const askEveryMs = 50;
// An answer that is older than this is worth nothing; it has to be well below the wait of the instances.
const believeForMs = 1_000;
const waitForOneMs = 30_000;

/** It keeps connections, takes turns, and never tries a request again: what fails once has failed. */
export async function startReadinessProxy(): Promise<ReadinessProxy> {
  const instances: Instance[] = [];
  const agent = new Agent({ keepAlive: true });
  const timer = setInterval(() => instances.forEach(probe), askEveryMs);
  const isReady = ({ readyAsOfMs }: Instance) => performance.now() - readyAsOfMs < believeForMs;
  let turn = 0;
  const server = createServer(async (incoming, outgoing) => {
    const instance = await until(next, "an instance is ready", waitForOneMs).catch(() => null);
    if (instance) pass(instance.url, agent, incoming, outgoing);
    else fail(outgoing);
  });
  // Clients end their connections; the proxy ends none that one of them is about to use.
  server.keepAliveTimeout = 0;
  const next = () => {
    const ready = instances.filter(isReady);
    turn += 1;
    return ready[turn % ready.length] ?? null;
  };
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: async (url) => {
      const instance = { url, readyAsOfMs: Number.NEGATIVE_INFINITY };
      instances.push(instance);
      await until(() => isReady(instance), "the new instance is ready", waitForOneMs);
    },
    remove: (url) => {
      instances.splice(
        instances.findIndex((instance) => instance.url === url),
        1,
      );
    },
    close: () => {
      clearInterval(timer);
      agent.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}

function probe(instance: Instance): void {
  const askedAtMs = performance.now();
  const asking = request(`${instance.url}/health/ready`, { agent: false }, (answer) => {
    answer.resume();
    if (answer.statusCode === 200) instance.readyAsOfMs = Math.max(instance.readyAsOfMs, askedAtMs);
    else instance.readyAsOfMs = Number.NEGATIVE_INFINITY;
  });
  asking.on("error", () => {}).end();
}

function pass(url: string, agent: Agent, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method = "", url: path = "", headers } = incoming;
  const passed = request(`${url}${path}`, { agent, method, headers: { ...headers, connection: "keep-alive" } });
  passed.on("response", (answer) => {
    const { connection: _, "keep-alive": __, ...kept } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, kept);
    answer.on("error", () => outgoing.destroy()).pipe(outgoing);
  });
  passed.on("error", () => fail(outgoing));
  incoming.pipe(passed);
}

function fail(outgoing: ServerResponse): void {
  if (outgoing.headersSent) outgoing.destroy();
  else outgoing.writeHead(502).end("no instance answered");
}
