import { createApp } from "./app.ts";
import { ConfigError, loadEnvironment, readConfig } from "./config.ts";
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
  const app = await createApp(config, { log });
  await app.server.listen(config.server).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  if (!config.tokens) log.warn("no callers' tokens are checked: everyone is local-developer, with every right");

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, async () => {
      log.info({ signal }, "closing");
      await app.close();
      log.info("closed");
      // A paid call that was given up on may still be listened to; that must not keep the process.
      process.exit();
    });
  }
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return "Could not start";
  if ("code" in error && error.code === "EADDRINUSE")
    return "Could not start: HOST and PORT are in use by another process";
  return `Could not start: ${error.stack ?? error.message}`;
}
