import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { cert, key } from "../fixtures/tls/planted-certificate.ts";

/** Where Apollo's explorer is loaded from. */
export const explorerCdn = "embeddable-sandbox.cdn.apollographql.com";

/** One HTTPS server that a browser takes for every web origin there is. */
export interface StandInOrigins {
  port: number;
  /** From now on no origin can be reached: every connection breaks off. */
  goOffline(offline: boolean): void;
  close(): Promise<void>;
}

// In place of Apollo's script: it notes what it is opened with.
const explorerScript = `window.EmbeddedSandbox = class { constructor(options) { window.openedWith = options; } };`;

export async function startStandInOrigins(): Promise<StandInOrigins> {
  let offline = false;
  const server = createServer({ key, cert }, ({ headers, socket }, response) => {
    if (offline) return void socket.destroy();
    if (headers.host === explorerCdn) return answer(response, "text/javascript", explorerScript);
    answer(response, "text/html", "<!doctype html><title>A stand-in</title>");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: (server.address() as AddressInfo).port,
    goOffline: (next) => {
      offline = next;
      if (offline) server.closeAllConnections();
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
}
