import { randomUUID } from "node:crypto";
import type { RedisLink } from "../redis/redis-link.ts";
import type { CacheObserver } from "./cache-observer.ts";
import type { Announcement, Place, RedisCopies } from "./redis-copies.ts";
import type { Seal } from "./seal.ts";

export interface ClearingsOptions {
  link: RedisLink;
  copies: Pick<RedisCopies, "clear" | "place">;
  seal: Seal;
  /** How long a clearing leaves its mark, in milliseconds: longer than any read takes. */
  markMs: number;
  observer: CacheObserver;
}

interface Clearing {
  room: string;
  id: string;
  place: Place;
}

const boundTo = "a clearing";
const tryAgainAfterMs = 500;
const subscribeAgainAfterMs = 5_000;

/**
 * Tells all instances what was cleared, and hears it from them. What Redis could not be told is told again until it could;
 * until then this instance uses none of the copies concerned.
 */
export class Clearings {
  private readonly instance = randomUUID();
  /** One for each key, for an instance with the former key alone has to understand too. */
  private readonly channels: { channel: string; seal: Seal }[];
  private readonly untold = new Map<string, Clearing>();
  private readonly telling = new Set<Promise<void>>();
  private readonly listeners = new Map<string, (id: string) => void>();
  private readonly missedListeners: (() => void)[] = [];
  private lastHeard = "";
  private isClosed = false;
  private isSubscribed = false;

  constructor(private readonly options: ClearingsOptions) {
    this.channels = options.seal
      .each()
      .map((seal) => ({ channel: `diligence:clearings:${seal.names("clearings").join()}`, seal }));
  }

  /** Begins to hear; where Redis is away, as soon as it is back. */
  async open(): Promise<void> {
    const { link } = this.options;
    link.onListening(() => void this.listenAgain());
    if (link.isListening) await this.subscribe();
  }

  /**
   * Tells what is left to be told, each at most once more, and then nobody any more: the last clearings come with the
   * answers that a process waited for at its end. Never rejects, and takes at most two uses of Redis's time.
   */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.telling);
    await Promise.all([...this.untold.values()].map((clearing) => this.tell(clearing)));
  }

  /** Whether clearings by other instances are heard at the moment. */
  get hears(): boolean {
    return this.isSubscribed && this.options.link.isListening;
  }

  /** Told of the ids of one room's entities that other instances cleared. */
  onCleared(room: string, listener: (id: string) => void): void {
    this.listeners.set(room, listener);
  }

  /** Told when clearings may have been missed. */
  onMissed(listener: () => void): void {
    this.missedListeners.push(listener);
  }

  /** Whether Redis has not been told yet that this was cleared. */
  isUntold(place: Place): boolean {
    return this.untold.has(place.boundTo);
  }

  /** Never rejects. Told where Redis could be reached when the promise is resolved. */
  async send(room: string, id: string, place: Place): Promise<void> {
    const clearing = { room, id, place };
    // From now on, not from when it failed: a read that begins meanwhile could still find what was there before.
    this.untold.set(place.boundTo, clearing);
    const told = this.tell(clearing);
    this.telling.add(told);
    await told;
    this.telling.delete(told);
  }

  private async tell(clearing: Clearing): Promise<void> {
    const { room, id, place } = clearing;
    const { copies, markMs, observer } = this.options;
    const mark = randomUUID();
    try {
      await copies.clear(place, mark, markMs, this.announce(room, id, mark));
      // A later clearing of the same may be on its way.
      if (this.untold.get(place.boundTo) === clearing) this.untold.delete(place.boundTo);
    } catch {
      observer.redisSkipped("clearing");
      setTimeout(() => void this.tellAgain(clearing), tryAgainAfterMs).unref();
    }
  }

  private async tellAgain(clearing: Clearing): Promise<void> {
    if (!this.isClosed && this.untold.get(clearing.place.boundTo) === clearing) await this.tell(clearing);
  }

  private announce(room: string, id: string, mark: string): Announcement[] {
    const clearing = [this.instance, mark, room, id];
    return this.channels.map(({ channel, seal }) => ({
      channel,
      message: seal.seal(clearing, boundTo).toString("base64"),
    }));
  }

  private async listenAgain(): Promise<void> {
    try {
      if (!this.isSubscribed) await this.subscribe();
    } finally {
      for (const missed of this.missedListeners) missed();
    }
  }

  private async subscribeLate(): Promise<void> {
    if (!this.isClosed && !this.isSubscribed && this.options.link.isListening) await this.listenAgain();
  }

  private async subscribe(): Promise<void> {
    try {
      for (const { channel, seal } of this.channels)
        await this.options.link.listen(channel, (message) => this.hear(message, seal));
      this.isSubscribed = true;
    } catch {
      this.options.observer.redisSkipped("hearing");
      // Redis may have refused it, and allow it later. Where the connection broke, the next one subscribes.
      setTimeout(() => void this.subscribeLate(), subscribeAgainAfterMs).unref();
    }
  }

  private hear(message: string, seal: Seal): void {
    const opened = seal.open(Buffer.from(message, "base64"), boundTo);
    if (!Array.isArray(opened)) {
      this.options.observer.unreadable("clearing");
      return;
    }
    const [instance, mark, room, id] = opened as [string, string, string, string];
    // It comes once by each key's channel.
    if (instance === this.instance || mark === this.lastHeard) return;
    this.lastHeard = mark;
    this.listeners.get(room)?.(id);
  }
}
