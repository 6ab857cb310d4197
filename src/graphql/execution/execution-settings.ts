import type { Settings } from "../../settings.ts";

/** How operations are executed. */
export interface ExecutionSettings {
  /** `compiled`: queries as compiled the first time they were asked. `interpreted`: everything by graphql-js. */
  execution: "compiled" | "interpreted";
  /** About how much memory is for what queries said of entities, as JSON, in bytes; 0 keeps nothing of it. */
  entityTextMaxBytes: number;
}

export function readExecutionSettings(settings: Settings): ExecutionSettings {
  return {
    execution: settings.oneOf("EXECUTION", ["compiled", "interpreted"]) ?? "compiled",
    entityTextMaxBytes: settings.integer("ENTITY_TEXT_MAX_BYTES", 30_000_000, { min: 0, max: 16_000_000_000 }),
  };
}
