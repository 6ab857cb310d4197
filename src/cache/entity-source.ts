/** Where a kind of entity is found: among the copies that are kept, else at its provider. */
export interface EntitySource<Entity> {
  /** The entity as a fresh copy has it, null where that says there is none; undefined without a fresh copy. */
  fresh(id: string): Entity | null | undefined;
  /**
   * The entity, or null where there is none. What it gives is shared and frozen.
   *
   * @throws ProviderError where it can't be read and no copy may stand in.
   */
  load(id: string): Promise<Entity | null>;
  /**
   * What is known of it may be outdated: no read that begins from now on gets it. Done on the other instances when the
   * promise is, as far as they can be reached. Never rejects.
   */
  clear(id: string): Promise<void>;
  /** This is how it stands now, told by other means than a read. */
  prime(id: string, entity: Entity): void;
}

/** Where nothing is kept: every load is a read. */
export function uncached<Entity>(read: (id: string) => Promise<Entity | null>): EntitySource<Entity> {
  return { fresh: () => undefined, load: read, clear: async () => {}, prime: () => {} };
}
