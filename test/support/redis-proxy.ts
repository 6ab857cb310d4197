import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Stands between a service and Redis, and can be in the way. */
export interface RedisProxy {
  url: string;
  /** How long everything that passes is held up from now on, in milliseconds. */
  delayMs: number;
  /** Breaks every connection and takes no new one. */
  cut(): Promise<void>;
  /** Takes connections again. */
  mend(): Promise<void>;
}

/** In front of this Redis until the test ends. */
export async function startRedisProxy(redisUrl: string): Promise<RedisProxy> {
  const { hostname, port } = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let ownPort = 0;

  const pass = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on("data", (data) => {
      const forward = () => void (to.destroyed || to.write(data));
      if (proxy.delayMs > 0) setTimeout(forward, proxy.delayMs).unref();
      else forward();
    });
    from
      .on("error", () => {})
      .on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
  };
  const mend = async () => {
    server = createServer((client) => {
      const redis = connect(Number(port || 6379), hostname);
      pass(client, redis);
      pass(redis, client);
    });
    await new Promise<void>((listening) => server?.listen(ownPort, "127.0.0.1", listening));
    ownPort = (server.address() as AddressInfo).port;
  };
  const cut = async () => {
    const closed = new Promise<void>((done) => (server ? server.close(() => done()) : done()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  const proxy: RedisProxy = { url: "", delayMs: 0, cut, mend };
  await mend();
  onTestFinished(cut);
  proxy.url = `redis://127.0.0.1:${ownPort}`;
  return proxy;
}
