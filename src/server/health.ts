import type { FastifyInstance } from "fastify";

/**
 * Whether this process should be sent requests. It knows nothing of providers, Redis or the ledger's database: they are the
 * same for every instance, so whoever took instances out because of them would take out all of them, and with them the
 * reads that can still be answered.
 */
export class Health {
  private draining = false;

  /** From here on it asks to be sent nothing more. */
  beginDraining(): void {
    this.draining = true;
  }

  get isDraining(): boolean {
    return this.draining;
  }
}

/** `/health/live`: the process answers. `/health/ready`: it is migrated, listens, and has not been told to end. */
export function serveHealth(server: FastifyInstance, health: Health): void {
  // Probes come every few seconds, and would bury the requests in the log.
  const quietly = { logLevel: "warn" } as const;
  server.get("/health/live", quietly, () => ({ status: "ok" }));
  server.get("/health/ready", quietly, (_request, reply) => {
    // The ledger is migrated before anything listens.
    const ready = server.server.listening && !health.isDraining;
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ok" : "not ready" });
  });
}
