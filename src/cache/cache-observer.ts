/** How a read of a kind of entity was answered. */
export type CacheAnswer =
  /** From this process's copy, still fresh. */
  | "fresh"
  /** From the copy in Redis. */
  | "shared"
  /** From a copy past its window, while a new one is being read or because the provider fails. */
  | "stale"
  /** By joining a read already on its way. */
  | "joined"
  /** By the provider. */
  | "miss";

export type RedisPurpose = "copy" | "clearing" | "lock" | "hearing";

/** What of the cache is told to whoever counts. No key ever reaches it. */
export interface CacheObserver {
  answered(kind: string, how: CacheAnswer): void;
  cleared(kind: string, by: "here" | "another instance"): void;
  /** Redis was not used where it should have been; "hearing" is hearing what other instances clear. */
  redisSkipped(purpose: RedisPurpose): void;
  /** A copy in Redis could not be opened: somebody changed it, for its name comes from the key. */
  unreadable(kind: string): void;
}

/** Where nobody counts. */
export const nobodyCounts: CacheObserver = {
  answered: () => {},
  cleared: () => {},
  redisSkipped: () => {},
  unreadable: () => {},
};
