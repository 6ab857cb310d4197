import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { within } from "../timing.ts";
import type { DrainSettings } from "./drain-settings.ts";
import type { Health } from "./health.ts";

/** What ends, and how. */
export interface Drainable {
  health: Health;
  /** Answers what has been accepted, waits for paid calls on their way, then lets go of everything. */
  close(): Promise<void>;
}

/**
 * Ends a service without losing a request: it says that it is not ready and goes on serving until everybody has noticed,
 * then stops listening and finishes what it has accepted, paid calls last.
 */
export async function drain({ health, close }: Drainable, { waitMs }: DrainSettings): Promise<void> {
  health.beginDraining();
  await new Promise((noticed) => setTimeout(noticed, waitMs));
  // What arrived while the process was busy is still to be read; closing would take its connections for idle ones.
  for (let turn = 0; turn < 3; turn++) await new Promise((read) => setImmediate(read));
  await close();
}

/**
 * Has kept connections end with their next answer from the moment that draining begins: one that a proxy keeps and uses
 * again just as it is closed would cost a request.
 */
export function letConnectionsGo(server: FastifyInstance, health: Health): void {
  server.addHook("preClose", async () => health.beginDraining());
  server.addHook("onSend", (_request, reply, _payload, done) => {
    if (health.isDraining) reply.header("connection", "close");
    done();
  });
}

/** Stops listening and waits for requests on their way; after `withinMs` their connections are cut. */
export async function closeServer(server: FastifyInstance, withinMs: number, log: FastifyBaseLogger): Promise<void> {
  const closed = server.close().then(() => true);
  if (await within(closed, withinMs, false)) return;
  log.warn("drain: connections were cut, for their requests took longer than DRAIN_TIMEOUT_MS");
  server.server.closeAllConnections();
  await closed;
}
