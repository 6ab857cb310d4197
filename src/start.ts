import type { Logger } from "pino";
import { type App, createApp } from "./app.ts";
import { type Config, ConfigError, loadEnvironment, readConfig } from "./config.ts";
import { drain } from "./server/drain.ts";
import { createLog } from "./telemetry/log.ts";

try {
  await run();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : describeFailure(error)}\n`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const config = readConfig(loadEnvironment());
  const log = createLog(config.logLevel);
  const started = Promise.withResolvers<App>();
  endOnSignal(started.promise, config, log);
  const app = await createApp(config, { log });
  await app.server.listen(config.server).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  if (!config.tokens) log.warn("no callers' tokens are checked: everyone is local-developer, with every right");
  started.resolve(app);
}

// Heard from the beginning, for the first process of a container is not ended by a signal that it does not hear. One that
// comes again cuts nothing short: what is left to do then are paid calls.
function endOnSignal(started: Promise<App>, { drain: settings }: Config, log: Logger): void {
  let ending = false;
  const end = async (signal: string) => {
    if (ending) return log.info({ signal }, "closing already");
    ending = true;
    log.info({ signal }, "closing");
    try {
      await drain(await started, settings);
      log.info("closed");
      // A paid call that was given up on may still be listened to; that must not keep the process.
      process.exit();
    } catch (err) {
      log.error({ err }, "could not close");
      process.exit(1);
    }
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end(signal));
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return "Could not start";
  if ("code" in error && error.code === "EADDRINUSE")
    return "Could not start: HOST and PORT are in use by another process";
  return `Could not start: ${error.stack ?? error.message}`;
}
