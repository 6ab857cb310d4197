import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Listening } from "../http.ts";

/** What a gateway's process is told when it begins. */
export interface GatewaySettings {
  supergraphSdl: string;
  /** What it shows our subgraph in `Router-Authorization`. */
  routerSecret: string;
  /** For Hive Gateway: how it adds headers to requests. By a plugin, unless it is said otherwise. */
  headers?: "propagated";
}

/** Starts a gateway as a process of its own on a free port. It ends when it is closed, or when this process ends. */
export async function startGateway(
  name: "apollo-gateway" | "hive-gateway",
  settings: GatewaySettings,
): Promise<Listening> {
  const child = fork(fileURLToPath(new URL(`./${name}.ts`, import.meta.url)), {
    execArgv: [],
    env: { APOLLO_TELEMETRY_DISABLED: "true", HIVE_TELEMETRY_DISABLED: "true" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (written += text));
  const ended = once(child, "exit");
  child.send(settings);
  const told = await Promise.race([once(child, "message"), ended.then(() => null)]);
  if (told === null) throw new Error(`${name} ended before it listened: ${written}`);
  const [{ url }] = told as [{ url: string }];
  return {
    url,
    close: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The other side: waits to be told, starts, and says where. */
export function runGateway(start: (settings: GatewaySettings) => Promise<string>): void {
  process.once("message", async (settings: GatewaySettings) => process.send?.({ url: await start(settings) }));
  process.once("disconnect", () => process.exit());
}
