import {
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from "jose";

export interface KeySet {
  find: JWTVerifyGetKey;
  /** Which keys are in force: undefined once they are due to be read again, and another value whenever they were. */
  inForce(): number | undefined;
}

/** How long the last good keys serve while the key server fails, in milliseconds. */
const keptThroughOutageMs = 60 * 60_000;
// Tokens of unknown keys come as fast as anybody sends them: a server that just failed is not asked for each.
const askAgainAfterMs = 5_000;

/**
 * The keys at an address, as they rotate. They are read again when they are ten minutes old, or when a token names one that
 * is not among them. Where the key server fails, the keys it gave last go on for an hour: its outage is not ours.
 */
export function createKeySet(url: URL, onOutage: (error: unknown) => void): KeySet {
  let lastGood: { body: string; readAtMs: number } | undefined;
  let failed: { error: unknown; atMs: number } | undefined;

  const read: FetchImplementation = async (address, options) => {
    if (!failed || Date.now() - failed.atMs >= askAgainAfterMs) {
      try {
        const body = await readKeys(address, options);
        lastGood = { body, readAtMs: Date.now() };
        failed = undefined;
        return answer(body);
      } catch (error) {
        failed = { error, atMs: Date.now() };
        onOutage(error);
      }
    }
    if (lastGood && Date.now() - lastGood.readAtMs < keptThroughOutageMs) return answer(lastGood.body);
    throw failed.error;
  };
  const cache: JWKSCacheInput = {};
  const find = createRemoteJWKSet(url, { [customFetch]: read, [jwksCache]: cache });
  return { find, inForce: () => (find.fresh ? cache.uat : undefined) };
}

async function readKeys(...[address, options]: Parameters<FetchImplementation>): Promise<string> {
  const response = await fetch(address, options);
  if (response.status !== 200) throw new Error(`Expected keys with status 200, got ${response.status}`);
  const body = await response.text();
  const keys: unknown = JSON.parse(body);
  if (typeof keys === "object" && keys !== null && "keys" in keys && Array.isArray(keys.keys)) return body;
  throw new Error("Expected a set of keys, got something else");
}

function answer(body: string): Response {
  return new Response(body, { headers: { "content-type": "application/json" } });
}
