import { ConfigError, readConfig } from "../../src/config.ts";
import type { Environment } from "../../src/settings.ts";

/** What is wrong with a configuration, in the order it is told; none where it can be used. */
export function problemsOf(environment: Environment): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replace("Bad configuration: ", "").split("; ");
    throw error;
  }
  return [];
}
