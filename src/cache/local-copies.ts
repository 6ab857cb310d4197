import { LRUCache } from "lru-cache";
import type { CacheSettings } from "./cache-settings.ts";
import { type Copy, freezeAndMeasure } from "./copy.ts";
import type { SharedCopy } from "./shared-copies.ts";

export interface LocalCopiesOptions<Entity> extends Pick<CacheSettings, "settleMs" | "maxAgeMs"> {
  /** How long an entity, or null for none, is answered with without asking again, in milliseconds. */
  freshForMs(entity: Entity | null): number;
  /** The longest that may be for one that was cleared less than `settleMs` ago. */
  settlingFreshMs: number;
  /** The longest that may be while clearings by other instances can't be heard. */
  unheardFreshMs: number;
  /** What the copies may take of this process's memory, as an estimate. */
  maxBytes: number;
  /** Whether clearings by other instances are heard at the moment. */
  hears(): boolean;
  now: () => number;
}

type Times = Pick<Copy<unknown>, "readAtMs" | "freshUntilMs" | "keptUntilMs">;

/** The copies in this process's memory, the longest unused going first, and how long each may be used. */
export class LocalCopies<Entity> {
  private readonly copies: LRUCache<string, Copy<Entity>>;
  /** Until when what was cleared is kept for a short while only. */
  private readonly settlingUntilMs = new Map<string, number>();

  constructor(private readonly options: LocalCopiesOptions<Entity>) {
    this.copies = new LRUCache({ maxSize: options.maxBytes });
  }

  fresh(id: string): Copy<Entity> | undefined {
    const copy = this.copies.get(id);
    return copy !== undefined && this.isFresh(copy) ? copy : undefined;
  }

  /** The copy that may stand in for a read that fails. That there was none may not: it may have come since. */
  usable(id: string): Copy<Entity> | undefined {
    const copy = this.copies.get(id);
    return copy && this.mayStandIn(copy) ? copy : undefined;
  }

  mayStandIn(copy: Copy<Entity>): boolean {
    return copy.value !== null && this.options.now() < copy.keptUntilMs;
  }

  isFresh(copy: Times): boolean {
    const now = this.options.now();
    if (now >= copy.freshUntilMs) return false;
    return this.options.hears() || now < copy.readAtMs + this.options.unheardFreshMs;
  }

  toCopy(id: string, { value, readAtMs }: SharedCopy<Entity>, isSettling?: boolean): Copy<Entity> {
    const bytes = freezeAndMeasure(value);
    return { value, bytes, ...this.timesOf(id, { value, readAtMs }, isSettling) };
  }

  /** Until when a copy is good for what; `isSettling` is what other instances know of its being cleared. */
  timesOf(id: string, { value, readAtMs: toldMs }: SharedCopy<Entity>, isSettling = false): Times {
    const { freshForMs, settlingFreshMs, maxAgeMs, now } = this.options;
    // Another instance's clock may be ahead of ours.
    const readAtMs = Math.min(toldMs, now());
    const most = isSettling || this.isSettling(id) ? settlingFreshMs : maxAgeMs;
    const freshUntilMs = readAtMs + Math.min(freshForMs(value), most, maxAgeMs);
    return { readAtMs, freshUntilMs, keptUntilMs: value === null ? freshUntilMs : readAtMs + maxAgeMs };
  }

  /** False for what is too large to keep, or too old already. */
  keep(id: string, copy: Copy<Entity>): boolean {
    if (this.options.now() >= copy.keptUntilMs) return false;
    this.copies.set(id, copy, { size: copy.bytes });
    return this.copies.peek(id) === copy;
  }

  /** Takes back exactly this copy. */
  drop(id: string, copy: Copy<Entity>): void {
    if (this.copies.peek(id) === copy) this.copies.delete(id);
  }

  clear(id: string): void {
    this.copies.delete(id);
    this.settlingUntilMs.set(id, this.options.now() + this.options.settleMs);
  }

  clearAll(): void {
    this.copies.clear();
  }

  /** Lets go of what is too old for any use. The copies hold people's data: they end by time, not by chance. */
  sweep(): void {
    const now = this.options.now();
    for (const [id, copy] of this.copies.entries()) if (now >= copy.keptUntilMs) this.copies.delete(id);
    for (const [id, untilMs] of this.settlingUntilMs) if (now >= untilMs) this.settlingUntilMs.delete(id);
  }

  private isSettling(id: string): boolean {
    const untilMs = this.settlingUntilMs.get(id);
    return untilMs !== undefined && this.options.now() < untilMs;
  }
}
