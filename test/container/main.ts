import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { print } from "../crash/report.ts";
import { everyScope, makeSigner, tokenSettings } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { readDockerfile, type Stage } from "./dockerfile.ts";

/**
 * `npm run test:container`: does the Dockerfile's steps by hand in empty folders, one for each stage, then starts what it would
 * start as somebody who may write nothing there. It is no container: the system around it is this one's.
 */
const context = fileURLToPath(new URL("../..", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "diligence-container-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));
chmodSync(root, 0o755);
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
const path = `${dirname(process.execPath)}:${process.env.PATH}`;

const stages = readDockerfile(readFileSync(join(context, "Dockerfile"), "utf8"));
for (const stage of stages) build(stage);
const final = stages.at(-1);
if (!final) throw new Error("Expected a stage, got none");
await start(final);

function build(stage: Stage): void {
  const folder = folderOf(stage);
  mkdirSync(folder, { recursive: true });
  for (const step of stage.steps) {
    if (step.kind === "run") {
      // How this machine reaches the registry is in its environment and its user's npm settings.
      print(`${stage.name}: RUN ${step.command}`);
      execFileSync("sh", ["-c", step.command], {
        cwd: folder,
        env: { ...process.env, PATH: path, ...stage.env },
        stdio: "inherit",
      });
      continue;
    }
    print(`${stage.name}: COPY ${step.from ? `--from=${step.from} ` : ""}${step.paths.join(" ")} ${step.to}`);
    for (const from of step.paths) {
      const source = step.from ? join(root, step.from, from) : join(context, from);
      const to = step.to.endsWith("/") ? join(folder, step.to, basename(from)) : join(folder, step.to);
      cpSync(source, to, { recursive: true, verbatimSymlinks: true });
    }
  }
}

async function start(stage: Stage): Promise<void> {
  const folder = folderOf(stage);
  execFileSync("chmod", ["-R", "a-w,a+rX", join(root, stage.name)]);
  const signer = await makeSigner();
  const port = String(await freePort());
  const env = {
    PATH: path,
    ...stage.env,
    ...tokenSettings(signer),
    HOST: "127.0.0.1",
    PORT: port,
    PROVIDERS: "sandbox",
    DATABASE_URL: "file::memory:",
    DRAIN_WAIT_MS: "100",
    TMPDIR: "/nowhere",
    HOME: "/nowhere",
  };
  const options = { cwd: folder, env, ...(isRoot && stage.user && { uid: nobody, gid: nobody }) };
  const run = ([program = "", ...args]: string[]) =>
    spawn(program, args, { ...options, stdio: ["ignore", "pipe", "inherit"] });

  print(`${stage.name}: CMD ${stage.cmd.join(" ")}`);
  const service = run(stage.cmd);
  const ended = once(service, "exit");
  service.stdout.resume();
  try {
    const healthy = async () => (await once(run(stage.healthcheck), "exit"))[0] === 0;
    await until(healthy, "its health check succeeds", 60_000);
    print("its health check succeeds");
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${await signer.sign({ scope: everyScope.join(" ") })}`,
      },
      body: JSON.stringify({ query: '{ company(id: "6510") { name } }' }),
    });
    print(`it answers: ${await response.text()}`);
  } finally {
    service.kill("SIGTERM");
  }
  const [code] = await ended;
  print(`it ended with code ${code}`);
  process.exitCode = code === 0 ? 0 : 1;
}

function folderOf({ name, workdir }: Stage): string {
  return join(root, name, workdir);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}
