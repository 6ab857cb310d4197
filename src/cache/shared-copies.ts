/** An entity as one of the instances read it. */
export interface SharedCopy<Entity> {
  value: Entity | null;
  /** Milliseconds since 1970, by the clock of the instance that read it. */
  readAtMs: number;
}

export interface Wanted<Entity> {
  /** Whether this copy will do. `isSettling` says that the entity was cleared a short while ago. */
  willDo(copy: SharedCopy<Entity>, isSettling: boolean): boolean;
  /** Told of a copy that won't, for it may still stand in for a read that fails. */
  offer(copy: SharedCopy<Entity>): void;
}

/** What came of looking among the copies of all instances. */
export interface ReadTurn<Entity> {
  /** One that will do; without it the caller is to read. */
  copy: SharedCopy<Entity> | undefined;
  isSettling: boolean;
  /**
   * Gives what was read to all instances, until it is that old. False where the entity was cleared since the turn began:
   * then what was read may be outdated and is to be kept nowhere. Never rejects.
   */
  keep(copy: SharedCopy<Entity>, untilMs: number): Promise<boolean>;
  /** Nothing was read: somebody else may. */
  release(): void;
}

/** The copies that all instances share. Nothing here rejects: where they are out of reach, it is done without them. */
export interface SharedCopies<Entity> {
  /** Whether clearings by other instances are heard at the moment. */
  readonly hears: boolean;
  /** Looks for a copy; without one, waits a while for whoever is reading it already. */
  takeTurn(id: string, wanted: Wanted<Entity>): Promise<ReadTurn<Entity>>;
  keep(id: string, copy: SharedCopy<Entity>, untilMs: number): void;
  /** Clears it for all instances. */
  clear(id: string): Promise<void>;
}
