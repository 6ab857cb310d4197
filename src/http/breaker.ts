import { type CircuitBreakerPolicy, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from "cockatiel";
import { within } from "../timing.ts";
import type { BreakerState } from "./http-observer.ts";
import { ReadWindow } from "./read-window.ts";

export interface BreakerSettings {
  /** How many reads there must be within the window before it may open. */
  reads: number;
  /** It opens when at least this share of them failed. */
  failurePercent: number;
  windowMs: number;
  /** How long the provider is left alone before it is probed. */
  openMs: number;
}

/** What a read of our own found: the provider is up, it is down, or the read could not be sent. */
export type ProbeVerdict = "up" | "down" | "not-sent";

export interface BreakerParts {
  settings: BreakerSettings;
  /** Sends one free read that no caller has chosen. Never throws. */
  probe: () => Promise<ProbeVerdict>;
  onMove: (state: BreakerState) => void;
}

// A call that comes while the provider is being probed waits so long for the verdict, and not for a probe that hangs.
const longestWaitMs = 1_000;

/**
 * Leaves a provider alone that is down. Reads feed it; what opens it and what closes it is a read of our own, so that no
 * caller's failing requests open it for all. docs/decisions/breaker.md says why.
 */
export class Breaker {
  private readonly recent: ReadWindow;
  private readonly circuit: CircuitBreakerPolicy;
  private probing: Promise<boolean> | null = null;

  constructor(private readonly parts: BreakerParts) {
    const { settings, onMove } = parts;
    this.recent = new ReadWindow(settings.windowMs);
    this.circuit = circuitBreaker(handleAll, {
      halfOpenAfter: settings.openMs,
      breaker: new ConsecutiveBreaker(1),
    });
    this.circuit.onStateChange((state) => onMove(stateNames[state]));
  }

  /** Whether a call may go. Where it is time to probe, this has the provider probed and waits a moment for the verdict. */
  async allows(withinMs: number = longestWaitMs): Promise<boolean> {
    if (this.circuit.state === CircuitState.Closed) return true;
    return within(this.probeOnce(), Math.min(withinMs, longestWaitMs), false);
  }

  /** Takes note of how a read ended that was sent. */
  note(failed: boolean): void {
    if (this.circuit.state !== CircuitState.Closed) return;
    this.recent.add(failed);
    if (failed && this.isFailing()) void this.probeOnce();
  }

  private isFailing(): boolean {
    const { reads, failures } = this.recent.count();
    const { settings } = this.parts;
    return reads >= settings.reads && failures * 100 >= settings.failurePercent * reads;
  }

  private async probeOnce(): Promise<boolean> {
    this.probing ??= this.probe().finally(() => {
      this.probing = null;
    });
    return this.probing;
  }

  // In a closed circuit it is the confirmation that opens it; in an open one whose time has passed, what may close it;
  // before that it is not sent at all.
  private async probe(): Promise<boolean> {
    try {
      await this.circuit.execute(async () => {
        const verdict = await this.parts.probe();
        // One that could not be sent proves nothing, and nothing changes.
        const unchanged = this.circuit.state === CircuitState.Closed ? "up" : "down";
        if ((verdict === "not-sent" ? unchanged : verdict) === "down") throw new Error("The provider is down");
      });
      this.recent.clear();
      return true;
    } catch {
      return false;
    }
  }
}

const stateNames: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.HalfOpen]: "half-open",
  [CircuitState.Isolated]: "open",
};
