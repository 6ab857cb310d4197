import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { testedEnvironment } from "./tested-environment.ts";

/** One of the built programs, running as a process of its own. */
export interface BuiltProcess {
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Waits for the text that matches on stdout, and gives its first group; throws if the process ends first. */
  told(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Waits for its end. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

type Environment = Record<string, string>;

const root = fileURLToPath(new URL("../..", import.meta.url));
const running = new Map<ChildProcess, Promise<unknown>>();

/** Starts a program from `dist/` with this environment and no other, away from any `.env` file. */
export function startBuilt(program: "main.js" | "sandbox/main.js", env: Environment = {}): BuiltProcess {
  const file = `${root}dist/${program}`;
  if (!existsSync(file)) throw new Error(`dist/${program} is missing: run \`npm run build\` first`);
  const child = spawn(process.execPath, [file], {
    env: { ...testedEnvironment, ...env },
    cwd: `${root}test/support`,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = once(child, "close").then(([code, signal]) => {
    running.delete(child);
    return { code, signal };
  });
  running.set(child, end);

  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  }

  const told = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const match = pattern.exec(written.stdout);
      if (match) return match[1] ?? match[0];
      const more = await Promise.race([once(child.stdout, "data"), end.then(() => null)]);
      if (more === null && !pattern.test(written.stdout)) {
        throw new Error(`${program} ended before it told ${pattern}: ${written.stderr}`);
      }
    }
  };
  return {
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    told,
    kill: (signal) => void child.kill(signal),
    ended: () => end,
  };
}

/** Ends whatever a test has started and not ended, by its own id. */
export async function endAllBuilt(): Promise<void> {
  for (const child of running.keys()) child.kill("SIGKILL");
  await Promise.all(running.values());
}

/** The service on a free port, with where it answers. */
export async function startService(env: Environment = {}): Promise<BuiltProcess & { url: string }> {
  const service = startBuilt("main.js", { PORT: "0", ...env });
  const url = await service.told(/"msg":"Server listening at (http:\/\/127\.0\.0\.1:\d+)"/);
  return { ...service, url };
}

/** The sandbox on free ports, with the environment it prints. */
export async function startSandboxProcess(): Promise<BuiltProcess & { env: Environment }> {
  const ports = { SANDBOX_CREDAS_PORT: "0", SANDBOX_TRUEWORK_PORT: "0", SANDBOX_YOUVERIFY_PORT: "0" };
  const sandbox = startBuilt("sandbox/main.js", ports);
  await sandbox.told(/^YOUVERIFY_API_KEY=.+\n/m);
  const lines = sandbox.stdout().trim().split("\n");
  const env = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  return { ...sandbox, env: { PROVIDERS: "sandbox", DATABASE_URL: "file::memory:", ...env } };
}
