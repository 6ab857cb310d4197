import { FAULT_NAMES, type FaultName, isFaultName } from "./faults.ts";
import { isObject } from "./http/answer.ts";

/** How a provider treats every call, whatever its id, until told otherwise. */
export interface Behaviour {
  /** How much later it answers, in milliseconds. A paid call is charged on arrival. */
  delayMs?: number;
  /** Answers only once it is told to behave otherwise, or is reset. A paid call is charged on arrival. */
  hold?: boolean;
  /** Goes before a fault that the id asks for. */
  fault?: FaultName;
  /** Which calls it touches; `all` by default. */
  on?: "reads" | "paid" | "all";
  /** How many calls it touches before it is used up; no limit by default. */
  times?: number;
}

/** What one call must do. */
export interface TakenBehaviour extends Behaviour {
  /** Where it is held: settled when it may be answered. */
  released?: Promise<void>;
}

/** The behaviour in force, counted down as calls take it. */
export class BehaviourSwitch {
  #behaviour: Behaviour | null = null;
  #left = Number.POSITIVE_INFINITY;
  #release = Promise.withResolvers<void>();

  set(behaviour: Behaviour | null): void {
    this.#release.resolve();
    this.#release = Promise.withResolvers();
    this.#behaviour = behaviour;
    this.#left = behaviour?.times ?? Number.POSITIVE_INFINITY;
  }

  /** What this call must do; uses up one of `times`. */
  take(kind: "read" | "paid"): TakenBehaviour {
    const behaviour = this.#behaviour;
    if (behaviour === null || this.#left <= 0 || !touches(behaviour, kind)) return {};
    this.#left -= 1;
    return { ...behaviour, ...(behaviour.hold && { released: this.#release.promise }) };
  }
}

function touches({ on = "all" }: Behaviour, kind: "read" | "paid"): boolean {
  return on === "all" || on === (kind === "read" ? "reads" : "paid");
}

/** Checks what `PUT /_behaviour` was sent. A string says what was expected. */
export function parseBehaviour(value: unknown): Behaviour | string {
  if (!isObject(value)) return "expected an object";
  const { delayMs, hold, fault, on, times, ...others } = value;
  const unknownNames = Object.keys(others);
  if (unknownNames.length > 0) return `unknown: ${unknownNames.join(", ")}`;
  if (delayMs !== undefined && !isCount(delayMs)) return "delayMs: expected a number of milliseconds from 0";
  if (hold !== undefined && typeof hold !== "boolean") return "hold: expected true or false";
  if (fault !== undefined && !isFaultName(fault)) return `fault: expected one of ${FAULT_NAMES.join(", ")}`;
  if (on !== undefined && on !== "reads" && on !== "paid" && on !== "all") return "on: expected reads, paid or all";
  if (times !== undefined && !isCount(times)) return "times: expected a whole number from 0";
  return {
    ...(delayMs !== undefined && { delayMs }),
    ...(hold !== undefined && { hold }),
    ...(fault !== undefined && { fault }),
    ...(on !== undefined && { on }),
    ...(times !== undefined && { times }),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
