import { createServer } from "node:http";
import type { Registry } from "prom-client";

/**
 * Serves the metrics on a listener of their own, and nothing else there.
 *
 * @throws an Error that names the settings, where nothing can listen there.
 */
export async function serveMetricsApart(registry: Registry, { host, port }: { host: string; port: number }) {
  const server = createServer(async (request, response) => {
    if (request.method !== "GET" || request.url?.split("?")[0] !== "/metrics")
      return void response.writeHead(404).end();
    try {
      const text = await registry.metrics();
      response.writeHead(200, { "content-type": registry.contentType, "cache-control": "no-store" }).end(text);
    } catch {
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((listening, failed) => {
    const refuse = (cause: Error) =>
      failed(new Error("Nothing can listen on METRICS_HOST and METRICS_PORT", { cause }));
    server.once("error", refuse).listen(port, host, listening);
  });
  return {
    address: server.address(),
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
