import type { Settings } from "../../settings.ts";

/** How operations are executed. */
export interface ExecutionSettings {
  /** `compiled`: queries as compiled the first time they were asked. `interpreted`: everything by graphql-js. */
  execution: "compiled" | "interpreted";
}

export function readExecutionSettings(settings: Settings): ExecutionSettings {
  return { execution: settings.oneOf("EXECUTION", ["compiled", "interpreted"]) ?? "compiled" };
}
