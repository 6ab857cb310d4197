import { within } from "../timing.ts";
import type { CacheObserver } from "./cache-observer.ts";
import type { Copy } from "./copy.ts";
import type { EntitySource } from "./entity-source.ts";
import { Flight, type Landed } from "./flight.ts";
import { LocalCopies, type LocalCopiesOptions } from "./local-copies.ts";
import type { SharedCopies, Turn } from "./shared-copies.ts";

export interface EntityCacheOptions<Entity> extends Omit<LocalCopiesOptions<Entity>, "hears"> {
  /** What is counted is counted by it. */
  kind: string;
  /** Asks the provider. */
  read(id: string): Promise<Entity | null>;
  /** How long a read may take, in milliseconds, waiting for another instance's read included. */
  readTimeoutMs: number;
  /** The failure of a read that took longer. */
  tooLate(): Error;
  /** How long a reader for whom there is an older copy waits for a newer one, in milliseconds. */
  staleAfterMs: number;
  observer: CacheObserver;
  /** The copies of all instances; undefined where there is one instance only. */
  shared?: SharedCopies<Entity> | undefined;
}

const outOfTime = Symbol("out of time");

/**
 * Copies of one kind of entity, for all requests. One read at a time for each id: whoever asks meanwhile joins it.
 *
 * Clearing an id takes its read out of `flights`. From then on that read answers only those who wait for it already, and
 * leaves no copy, for it may have seen what was before; whoever comes later begins a new one.
 */
export class EntityCache<Entity extends object> implements EntitySource<Entity> {
  private readonly copies: LocalCopies<Entity>;
  private readonly flights = new Map<string, Flight<Entity>>();

  constructor(private readonly options: EntityCacheOptions<Entity>) {
    const { shared } = options;
    this.copies = new LocalCopies({ ...options, hears: shared ? () => shared.hears : () => true });
  }

  fresh(id: string): Entity | null | undefined {
    const copy = this.copies.fresh(id);
    if (copy === undefined) return undefined;
    this.options.observer.answered(this.options.kind, "fresh");
    return copy.value;
  }

  async load(id: string): Promise<Entity | null> {
    const fresh = this.fresh(id);
    if (fresh !== undefined) return fresh;
    const joined = this.flights.get(id);
    const { value, how } = await (joined ?? this.begin(id)).answer;
    this.options.observer.answered(this.options.kind, joined && how !== "stale" ? "joined" : how);
    return value;
  }

  clear(id: string): Promise<void> {
    this.forget(id);
    this.options.observer.cleared(this.options.kind, "here");
    return this.options.shared?.clear(id) ?? Promise.resolve();
  }

  /** Another instance cleared it. */
  clearedElsewhere(id: string): void {
    this.forget(id);
    this.options.observer.cleared(this.options.kind, "another instance");
  }

  /** Clearings may have been missed: nothing that is known or being read so far is answered with from now on. */
  forgetAll(): void {
    this.copies.clearAll();
    this.flights.clear();
  }

  prime(id: string, entity: Entity): void {
    this.flights.delete(id);
    const copy = this.copies.toCopy(id, { value: entity, readAtMs: this.options.now() });
    if (this.copies.keep(id, copy)) this.options.shared?.keep(id, copy, copy.keptUntilMs);
  }

  /** Lets go of what is too old for any use; to be called now and then. */
  sweep(): void {
    this.copies.sweep();
  }

  private forget(id: string): void {
    this.copies.clear(id);
    this.flights.delete(id);
  }

  private begin(id: string): Flight<Entity> {
    const flight = new Flight(this.copies.usable(id), this.options.staleAfterMs);
    this.flights.set(id, flight);
    void this.fly(id, flight);
    return flight;
  }

  private async fly(id: string, flight: Flight<Entity>): Promise<void> {
    try {
      flight.land(await this.find(id, flight));
    } catch (error) {
      flight.fail(error);
    } finally {
      if (this.isCurrent(id, flight)) this.flights.delete(id);
    }
  }

  private async find(id: string, flight: Flight<Entity>): Promise<Landed<Entity>> {
    const { shared, readTimeoutMs } = this.options;
    if (!shared) return this.readAndKeep(id, flight, undefined, readTimeoutMs);

    const beganMs = performance.now();
    const turn = await shared.takeTurn(id, {
      willDo: (copy, isSettling) => this.copies.isFresh(this.copies.timesOf(id, copy, isSettling)),
      offer: (copy) => this.offer(id, flight, this.copies.toCopy(id, copy)),
    });
    if (!turn.copy) return this.readAndKeep(id, flight, turn, readTimeoutMs - (performance.now() - beganMs));

    const copy = this.copies.toCopy(id, turn.copy, turn.isSettling);
    if (this.isCurrent(id, flight)) this.copies.keep(id, copy);
    return { value: copy.value, how: "shared" };
  }

  private offer(id: string, flight: Flight<Entity>, older: Copy<Entity>): void {
    if (!this.copies.mayStandIn(older)) return;
    flight.offer(older);
    if (this.isCurrent(id, flight) && !this.copies.usable(id)) this.copies.keep(id, older);
  }

  private async readAndKeep(
    id: string,
    flight: Flight<Entity>,
    turn: Turn<Entity> | undefined,
    leftMs: number,
  ): Promise<Landed<Entity>> {
    const value = await this.read(id, leftMs).catch((error: unknown) => {
      turn?.release();
      throw error;
    });
    const copy = this.copies.toCopy(id, { value, readAtMs: this.options.now() }, turn?.isSettling);
    const isKept = this.isCurrent(id, flight) && this.copies.keep(id, copy);
    if (isKept) this.share(id, copy, turn);
    else turn?.release();
    return { value, how: "miss" };
  }

  private share(id: string, copy: Copy<Entity>, turn: Turn<Entity> | undefined): void {
    void turn?.keep(copy, copy.keptUntilMs).then((isKept) => {
      if (!isKept) this.copies.drop(id, copy);
    });
  }

  private async read(id: string, leftMs: number): Promise<Entity | null> {
    const { read, shared, tooLate } = this.options;
    // The provider's own deadline is the same then.
    if (!shared) return read(id);
    const found = await within<Entity | null, typeof outOfTime>(read(id), leftMs, outOfTime);
    if (found === outOfTime) throw tooLate();
    return found;
  }

  private isCurrent(id: string, flight: Flight<Entity>): boolean {
    return this.flights.get(id) === flight;
  }
}
