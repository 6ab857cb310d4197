import type { RESP_TYPES } from "@redis/client";
import type { RedisClient, RedisLink } from "../redis/redis-link.ts";
import type { Seal } from "./seal.ts";
import type { SharedCopy } from "./shared-copies.ts";

/** Where the copies of one entity are in Redis. All names are hashes. */
export interface Place {
  /** What belongs to this entity alone; a copy from elsewhere does not open here. */
  boundTo: string;
  /** One for each key that may have sealed it, that of the key in use first. */
  copies: string[];
  /** Left behind by a clearing, as many as there are keys. */
  marks: string[];
  lock: string;
}

/** What was found at a place. */
export interface Found<Entity> {
  copy: SharedCopy<Entity> | undefined;
  /** A copy is there, but none of our keys opens it. */
  isUnreadable: boolean;
  /** The marks as they are; what is kept later is kept only while they are the same. */
  marks: string[];
}

// Keeps a copy only if the entity was not cleared since the marks were read, and in any case gives the lock back.
const keepScript = `
if redis.call('get', KEYS[2]) == ARGV[3] then redis.call('del', KEYS[2]) end
for i = 3, #KEYS do
  if (redis.call('get', KEYS[i]) or '') ~= ARGV[i + 1] then return 0 end
end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

// Named here, for the library's own names would have it read at every start, Redis or not.
const blobString: typeof RESP_TYPES.BLOB_STRING = 36;

const unlockScript = `
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0`;

/**
 * The commands by which copies are kept in Redis.
 *
 * Every method throws RedisUnavailable.
 */
export class RedisCopies {
  constructor(
    private readonly link: RedisLink,
    private readonly seal: Seal,
    /** What the copies must look like; one made by another version of the service counts as none. */
    private readonly shape: string,
  ) {}

  place(boundTo: string): Place {
    const names = this.seal.names(boundTo);
    return {
      boundTo,
      copies: names.map((name) => `diligence:copy:${name}`),
      marks: names.map((name) => `diligence:cleared:${name}`),
      lock: `diligence:lock:${names[0]}`,
    };
  }

  async find<Entity>(place: Place): Promise<Found<Entity>> {
    return this.read(place, await this.link.run((client) => fetchAll(client, place)));
  }

  /** Tries to become the one who reads, and looks again: the one before may have kept a copy meanwhile. */
  async lock<Entity>(place: Place, token: string, lockMs: number): Promise<{ isOurs: boolean; found: Found<Entity> }> {
    // Sent together and on one connection, so they are done in this order.
    const [said, all] = await this.link.run((client) =>
      Promise.all([client.set(place.lock, token, { NX: true, PX: lockMs }), fetchAll(client, place)]),
    );
    return { isOurs: said === "OK", found: this.read(place, all) };
  }

  async unlock({ lock }: Place, token: string): Promise<void> {
    await this.link.run((client) => client.eval(unlockScript, { keys: [lock], arguments: [token] }));
  }

  /** False where the marks are no longer the same. */
  async keep(
    place: Place,
    { value, readAtMs }: SharedCopy<unknown>,
    { marks, token, forMs }: { marks: string[]; token: string; forMs: number },
  ): Promise<boolean> {
    const sealed = this.seal.seal([this.shape, readAtMs, value], place.boundTo);
    const keys = [place.copies[0] ?? "", place.lock, ...place.marks];
    const words = [sealed, String(Math.ceil(forMs)), token, ...marks];
    return (await this.link.run((client) => client.eval(keepScript, { keys, arguments: words as string[] }))) === 1;
  }

  /** Takes away what is there, and leaves a mark: reads that began before will find that it changed. */
  async clear({ copies, marks, lock }: Place, mark: string, markMs: number, told: Announcement[]): Promise<void> {
    await this.link.run((client) => {
      const all = client.multi().del([...copies, lock]);
      for (const name of marks) all.set(name, mark, { PX: markMs });
      for (const { channel, message } of told) all.publish(channel, message);
      return all.exec();
    });
  }

  private read<Entity>({ boundTo, copies }: Place, all: (Buffer | null)[]): Found<Entity> {
    const sealed = all.slice(0, copies.length).filter((one) => one !== null);
    const opened = sealed.map((one) => this.seal.open(one, boundTo) as [string, number, Entity | null] | undefined);
    const readable = opened.find((one) => one?.[0] === this.shape);
    return {
      copy: readable && { readAtMs: readable[1], value: readable[2] },
      isUnreadable: opened.includes(undefined),
      marks: all.slice(copies.length).map((mark) => mark?.toString() ?? ""),
    };
  }
}

export interface Announcement {
  channel: string;
  message: string;
}

function fetchAll(client: RedisClient, { copies, marks }: Place): Promise<(Buffer | null)[]> {
  return client.withTypeMapping({ [blobString]: Buffer }).mGet([...copies, ...marks]);
}
