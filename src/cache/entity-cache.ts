import type { CacheObserver } from "./cache-observer.ts";
import { EntitySearch, type EntitySearchOptions } from "./entity-search.ts";
import type { EntitySource } from "./entity-source.ts";
import { Flight } from "./flight.ts";
import { LocalCopies, type LocalCopiesOptions } from "./local-copies.ts";

export interface EntityCacheOptions<Entity>
  extends Omit<LocalCopiesOptions<Entity>, "hears">,
    Omit<EntitySearchOptions<Entity>, "copies"> {
  /** What is counted is counted by it. */
  kind: string;
  /** How long a reader for whom there is an older copy waits for a newer one, in milliseconds. */
  staleAfterMs: number;
  observer: CacheObserver;
}

/**
 * Copies of one kind of entity, for all requests. One read at a time for each id: whoever asks meanwhile joins it.
 *
 * Clearing an id takes its read out of `flights`. From then on that read answers only those who wait for it already, and
 * leaves no copy, for it may have seen what was before; whoever comes later begins a new one.
 */
export class EntityCache<Entity extends object> implements EntitySource<Entity> {
  private readonly copies: LocalCopies<Entity>;
  private readonly search: EntitySearch<Entity>;
  private readonly flights = new Map<string, Flight<Entity>>();

  constructor(private readonly options: EntityCacheOptions<Entity>) {
    const { shared } = options;
    this.copies = new LocalCopies({ ...options, hears: shared ? () => shared.hears : () => true });
    this.search = new EntitySearch({ ...options, copies: this.copies });
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
      const isCurrent = () => this.flights.get(id) === flight;
      flight.land(await this.search.find(id, { isCurrent, offer: (older) => flight.offer(older) }));
    } catch (error) {
      flight.fail(error);
    } finally {
      if (this.flights.get(id) === flight) this.flights.delete(id);
    }
  }
}
