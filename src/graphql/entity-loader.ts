import DataLoader from "dataloader";
import type { EntitySource } from "../cache/entity-source.ts";
import { loadEach } from "./load-each.ts";
import type { Lookups } from "./lookups.ts";

/**
 * One request's view of a kind of entity: at most one lookup per distinct id. An id with a fresh copy is answered from it
 * without waiting for a batch, for a list of hundreds would wait that often.
 */
export class EntityLoader<Entity> extends DataLoader<string, Entity | null> {
  constructor(
    private readonly source: EntitySource<Entity>,
    /** The one spelling of an id, or null for what can't be one: that does not exist, and costs no lookup. */
    private readonly parseId: (id: string) => string | null,
    lookups?: Lookups,
  ) {
    super((ids) =>
      loadEach(ids, (id) => {
        lookups?.count();
        return source.load(id);
      }),
    );
  }

  /** The entity, or null for none, where that is known without waiting; undefined where it has to be loaded. */
  known(asked: string): Entity | null | undefined {
    // Copies are kept by ids in their one spelling, so that what is found needs no parsing.
    const found = this.source.fresh(asked);
    if (found !== undefined) return found;
    const id = this.parseId(asked);
    if (id === null) return null;
    return id === asked ? undefined : this.source.fresh(id);
  }

  override load(asked: string): Promise<Entity | null> {
    const known = this.known(asked);
    if (known !== undefined) return Promise.resolve(known);
    // It can be parsed: what can't is known not to exist.
    return super.load(this.parseId(asked) as string);
  }

  /**
   * A paid call may have changed it: whoever asks from now on, in any request, gets it anew. Done on the other instances
   * when the promise is, as far as they can be reached; it never rejects.
   */
  forget(asked: string): Promise<void> {
    const id = this.parseId(asked) ?? asked;
    this.clear(id);
    return this.source.clear(id);
  }

  /** A paid call answered with it: this is how it stands, for this request and every other. */
  keep(told: string, entity: Entity): void {
    const id = this.parseId(told);
    if (id === null) return;
    this.clear(id).prime(id, entity);
    this.source.prime(id, entity);
  }
}
