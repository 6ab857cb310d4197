import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
/** What is running, and where what it writes goes. */
const running = new Map<ChildProcess, string | undefined>();

export async function startServer({ file, env = {}, ready }: Program): Promise<ServerProcess> {
  const beganMs = performance.now();
  // Into a file, as a log goes: whoever read it from a pipe would take the processor from those who are measured.
  const output = join(mkdtempSync(join(tmpdir(), "diligence-bench-")), "stdout");
  const stdout = openSync(output, "w");
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env: { NODE_ENV: "production", ...env },
    stdio: ["ignore", stdout, "inherit"],
  });
  closeSync(stdout);
  running.set(child, output);
  const port = await portOf(child, output, ready);
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
  running.set(child, undefined);
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
  await Promise.all([...running.keys()].map(stop));
}

async function stop(child: ChildProcess): Promise<void> {
  const output = running.get(child);
  running.delete(child);
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
  }
  if (output) rmSync(dirname(output), { recursive: true, force: true });
}

const startsWithinMs = 60_000;

async function portOf(child: ChildProcess, output: string, ready: RegExp): Promise<number> {
  const untilMs = performance.now() + startsWithinMs;
  while (performance.now() < untilMs) {
    const written = readFileSync(output, "utf8");
    const port = ready.exec(written)?.[1];
    if (port) return Number(port);
    if (child.exitCode !== null) throw new Error(`Expected a server to be ready, it ended: ${written}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("Expected a server to be ready within a minute, it was not");
}

// Linux counts it in hundredths of a second.
function cpuMsOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
