import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What the service holds after a garbage collection. */
export interface Memory {
  /** In bytes. */
  heapUsed: number;
  rss: number;
  external: number;
  /** Sockets, timers and the like. */
  handles: number;
}

export interface SoakedService {
  url: string;
  memory(): Promise<Memory>;
  /** With SIGTERM; gives its code. */
  end(): Promise<number | null>;
}

/** The built service on a free port, which tells its memory when asked. */
export async function startSoakedService(env: Record<string, string>): Promise<SoakedService> {
  const file = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
  const child = fork(file, {
    env: { PORT: "0", ...env },
    execArgv: ["--expose-gc", "--import", new URL("./tell-memory.mjs", import.meta.url).href],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    cwd: fileURLToPath(new URL("../support", import.meta.url)),
  });
  process.once("exit", () => child.kill("SIGKILL"));
  const url = await listening(child);
  return {
    url,
    memory: async () => {
      child.send("memory");
      const [memory] = await once(child, "message");
      return memory as Memory;
    },
    end: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = await ended;
      return code as number | null;
    },
  };
}

// Its log goes on, and is read and let go.
function listening(child: ChildProcess): Promise<string> {
  return new Promise((told, failed) => {
    child.once("exit", (code) => failed(new Error(`Expected a service, it ended with code ${code}`)));
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (more: string) => {
      if (text.length > 100_000) return;
      text += more;
      const match = /Server listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(text);
      if (match?.[1]) told(match[1]);
    });
  });
}
