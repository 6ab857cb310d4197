import type { Settings } from "../settings.ts";

/** How the process ends. Durations are in milliseconds. */
export interface DrainSettings {
  /** How long it goes on accepting requests after it has said that it is not ready. */
  waitMs: number;
  /** How long requests on their way may take after that, before their connections are cut. */
  timeoutMs: number;
}

/** @param longestMs how long an accepted request may take by the other settings. */
export function readDrainSettings(
  settings: Settings,
  { production, longestMs }: { production: boolean; longestMs: number },
): DrainSettings {
  // Elsewhere nobody looks whether it is ready, and somebody waits for it to end.
  const waitMs = settings.integer("DRAIN_WAIT_MS", production ? 5_000 : 0, { min: 0, max: 600_000 });
  const timeoutMs = settings.integer("DRAIN_TIMEOUT_MS", longestMs + 5_000, { min: 0, max: 1_800_000 });
  if (timeoutMs < longestMs) {
    settings.problem(
      `DRAIN_TIMEOUT_MS: expected at least ${longestMs}, for so long may an accepted request take by PAID_CALL_TIMEOUT_MS and PROVIDER_TIMEOUT_MS`,
    );
  }
  return { waitMs, timeoutMs };
}
