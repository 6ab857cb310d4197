import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface ServerProcess {
  port: number;
  /** From being spawned to its first answer, in milliseconds. */
  startMs: number;
  /** The processor time it has taken so far, in milliseconds. */
  cpuMs(): number;
  /** The most memory it has had, in megabytes. */
  peakMb(): number;
  stop(): Promise<void>;
}

export interface Program {
  file: string;
  env?: Record<string, string>;
  /** Finds the port in what it has written. */
  ready: RegExp;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const running = new Set<ChildProcess>();

export async function startServer({ file, env = {}, ready }: Program): Promise<ServerProcess> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env: { NODE_ENV: "production", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  const port = await portOf(child, ready);
  await fetch(`http://127.0.0.1:${port}/`).then((response) => response.arrayBuffer());
  const startMs = performance.now() - beganMs;
  return {
    port,
    startMs,
    cpuMs: () => cpuMsOf(child),
    peakMb: () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
    stop: () => stop(child),
  };
}

/** Runs a program to its end, and gives what it wrote. */
export async function run(file: string, argument: string): Promise<string> {
  const child = spawn(process.execPath, [file, argument], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  let written = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    written += text;
  });
  const [code] = await once(child, "close");
  running.delete(child);
  if (code !== 0) throw new Error(`Expected ${file} to end well, it ended with ${code}`);
  return written;
}

/** Ends whatever is still running, each by its own id. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(stop));
}

async function stop(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await ended;
}

function portOf(child: ChildProcess, ready: RegExp): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let written = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    if (written.length > 10_000) return;
    written += text;
    const port = ready.exec(written)?.[1];
    if (port) resolve(Number(port));
  });
  child.once("close", () => reject(new Error(`Expected a server to be ready, it ended: ${written}`)));
  return promise;
}

// Linux counts it in hundredths of a second.
function cpuMsOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
