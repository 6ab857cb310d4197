import { createPublicKey } from "node:crypto";
import { jwtVerify } from "jose";
import { LRUCache } from "lru-cache";

const key = createPublicKey(process.env.JWT_PUBLIC_KEY ?? "");
const [issuer, audience] = [process.env.JWT_ISSUER ?? "", process.env.JWT_AUDIENCE ?? ""];

interface Caller {
  scopes: Set<string>;
  exp: number;
}

// As in the service: a token is verified once, and its expiry is looked at each time.
const verified = new LRUCache<string, Caller>({ max: 10_000 });

/** Who asks, or an error for a token that is no good. */
export async function verifyCaller(authorization: string | null | undefined): Promise<Caller> {
  const token = authorization?.startsWith("Bearer ") ? authorization.slice(7) : "";
  const known = verified.get(token);
  if (known && known.exp > Date.now() / 1000) return known;
  const { payload } = await jwtVerify(token, key, { issuer, audience, requiredClaims: ["exp", "sub"] });
  const caller = { scopes: new Set(String(payload.scope).split(" ")), exp: payload.exp ?? 0 };
  verified.set(token, caller);
  return caller;
}
