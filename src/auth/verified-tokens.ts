import type { JWTPayload } from "jose";
import { LRUCache } from "lru-cache";
import type { Caller } from "../graphql/context.ts";

/** How far a token's issuer's clock may be from ours. */
export const clockSkewSeconds = 60;

const rememberedTokens = 10_000;
const rememberedCharacters = 10_000_000;

export interface Verified {
  caller: Caller;
  payload: JWTPayload;
  /** The keys in force when it was verified. */
  keys: unknown;
}

/**
 * Tokens whose signatures have been verified, by the whole token: the same text signed by the same keys is as good as it
 * was. What changes with time is looked at each time: expiry, not-before, and whether those keys are still in force.
 */
export class VerifiedTokens {
  private readonly tokens = new LRUCache<string, Verified>({
    max: rememberedTokens,
    maxSize: rememberedCharacters,
    sizeCalculation: (_verified, token) => token.length,
  });

  /** @param keysInForce what stands for the keys that a token would be verified with now; undefined while there are none */
  constructor(readonly keysInForce: () => unknown) {}

  /** Who the token names, if it was verified before and would be so again. */
  find(token: string): Caller | undefined {
    const verified = this.tokens.get(token);
    if (!verified) return undefined;
    if (this.isStillGood(verified)) return verified.caller;
    this.tokens.delete(token);
    return undefined;
  }

  /** Not where the keys changed while it was being verified: nobody knows then which of them it was. */
  remember(token: string, verified: Verified): void {
    if (verified.keys !== undefined && verified.keys === this.keysInForce()) this.tokens.set(token, verified);
  }

  private isStillGood({ payload: { exp = 0, nbf = 0 }, keys }: Verified): boolean {
    const now = Math.floor(Date.now() / 1000);
    return exp > now - clockSkewSeconds && nbf <= now + clockSkewSeconds && keys === this.keysInForce();
  }
}
