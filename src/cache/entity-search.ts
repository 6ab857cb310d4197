import { within } from "../timing.ts";
import type { Copy } from "./copy.ts";
import type { Landed } from "./flight.ts";
import type { LocalCopies } from "./local-copies.ts";
import type { ReadTurn, SharedCopies } from "./shared-copies.ts";

export interface EntitySearchOptions<Entity> {
  /** Asks the provider. */
  read(id: string): Promise<Entity | null>;
  /** How long a read may take, in milliseconds, waiting for another instance's read included. */
  readTimeoutMs: number;
  /** The failure of a read that took longer. */
  tooLate(): Error;
  /** Where what is found is kept. */
  copies: LocalCopies<Entity>;
  now: () => number;
  /** The copies of all instances; undefined where there is one instance only. */
  shared?: SharedCopies<Entity> | undefined;
}

/** On whose behalf something is looked for. */
export interface Asker<Entity> {
  /** False once the entity was cleared: what is found is then for those who wait for it, and is kept nowhere. */
  isCurrent(): boolean;
  /** Told of an older copy that may stand in. */
  offer(older: Copy<Entity>): void;
}

// How long Redis takes when all is well, amply.
const slackMs = 100;
const outOfTime = Symbol("out of time");

/** Finds one kind of entity among the copies of all instances, else at its provider, and keeps what it found. */
export class EntitySearch<Entity extends object> {
  constructor(private readonly options: EntitySearchOptions<Entity>) {}

  find(id: string, asker: Asker<Entity>): Promise<Landed<Entity>> {
    const { shared, readTimeoutMs } = this.options;
    if (shared) return this.findShared(id, asker, shared);
    return this.readAndKeep(id, asker, undefined, readTimeoutMs);
  }

  private async findShared(id: string, asker: Asker<Entity>, shared: SharedCopies<Entity>): Promise<Landed<Entity>> {
    const { readTimeoutMs, copies } = this.options;
    const beganMs = performance.now();
    const turn = await shared.takeTurn(id, {
      willDo: (copy, isSettling) => copies.isFresh(copies.timesOf(id, copy, isSettling)),
      offer: (copy) => this.offer(id, asker, copies.toCopy(id, copy)),
    });
    if (!turn.copy) return this.readAndKeep(id, asker, turn, readTimeoutMs - (performance.now() - beganMs));

    const copy = copies.toCopy(id, turn.copy, turn.isSettling);
    if (asker.isCurrent()) copies.keep(id, copy);
    return { value: copy.value, how: "shared" };
  }

  private offer(id: string, asker: Asker<Entity>, older: Copy<Entity>): void {
    const { copies } = this.options;
    if (!copies.mayStandIn(older)) return;
    asker.offer(older);
    if (asker.isCurrent() && !copies.usable(id)) copies.keep(id, older);
  }

  private async readAndKeep(
    id: string,
    asker: Asker<Entity>,
    turn: ReadTurn<Entity> | undefined,
    leftMs: number,
  ): Promise<Landed<Entity>> {
    const { copies, now } = this.options;
    const value = await this.read(id, leftMs).catch((error: unknown) => {
      turn?.release();
      throw error;
    });
    const copy = copies.toCopy(id, { value, readAtMs: now() }, turn?.isSettling);
    const isKept = asker.isCurrent() && copies.keep(id, copy);
    if (isKept) this.share(id, copy, turn);
    else turn?.release();
    return { value, how: "miss" };
  }

  private share(id: string, copy: Copy<Entity>, turn: ReadTurn<Entity> | undefined): void {
    void turn?.keep(copy, copy.keptUntilMs).then((isKept) => {
      if (!isKept) this.options.copies.drop(id, copy);
    });
  }

  private read(id: string, leftMs: number): Promise<Entity | null> {
    const { read, readTimeoutMs } = this.options;
    // The provider's own deadline is about the same then, and its failure says what it was that took so long.
    return leftMs > readTimeoutMs - slackMs ? read(id) : this.readInTime(id, leftMs);
  }

  private async readInTime(id: string, leftMs: number): Promise<Entity | null> {
    const found = await within<Entity | null, typeof outOfTime>(this.options.read(id), leftMs, outOfTime);
    if (found === outOfTime) throw this.options.tooLate();
    return found;
  }
}
