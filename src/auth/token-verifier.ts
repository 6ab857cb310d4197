import { createPublicKey, type KeyObject } from "node:crypto";
import type { FastifyBaseLogger } from "fastify";
import { type JWTPayload, type JWTVerifyGetKey, errors as joseErrors, jwtVerify } from "jose";
import type { Caller } from "../graphql/context.ts";
import { CodedError, unauthenticated } from "../graphql/errors.ts";
import { createKeySet } from "./key-set.ts";
import type { TokenSettings } from "./token-settings.ts";
import { clockSkewSeconds, VerifiedTokens } from "./verified-tokens.ts";

// Asymmetric ones only: with HS256 a public key would be the secret, and "none" proves nothing.
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
/** Checks callers' JSON Web Tokens: signature, algorithm, issuer, audience, expiry, and that they name a caller. */
export class TokenVerifier {
  private readonly keys: KeyObject | JWTVerifyGetKey;
  private readonly known: VerifiedTokens;

  constructor(
    private readonly settings: TokenSettings,
    log: FastifyBaseLogger,
  ) {
    const { keys } = settings;
    if ("jwksUrl" in keys) {
      const set = createKeySet(new URL(keys.jwksUrl), (err) => log.error({ err }, "auth: the key server failed"));
      this.keys = set.find;
      this.known = new VerifiedTokens(set.inForce);
    } else {
      this.keys = createPublicKey(keys.publicKeyPem);
      this.known = new VerifiedTokens(() => "the one key");
    }
  }

  /** The caller of a token that was verified before, and would be so again. */
  recall(token: string): Caller | undefined {
    return this.known.find(token);
  }

  /**
   * The caller that a token names, with the scopes it carries.
   *
   * @throws UNAUTHENTICATED for every token that is not good. What is wrong with it is not told.
   */
  async verify(token: string): Promise<Caller> {
    const known = this.known.find(token);
    if (known) return known;
    const keys = this.known.keysInForce();
    const payload = await this.check(token);
    const id = payload[this.settings.callerClaim];
    if (typeof id !== "string" || id.length > 255 || !/^\P{Cc}+$/u.test(id) || !id.isWellFormed()) {
      throw unauthenticated("Expected a token that names its caller.");
    }
    const scopes = readScopes(payload);
    const caller: Caller = Object.freeze({ id, can: (scope: string) => scopes.has(scope) });
    this.known.remember(token, { caller, payload, keys });
    return caller;
  }

  private async check(token: string): Promise<JWTPayload> {
    const { issuer, audience, callerClaim } = this.settings;
    const options = {
      issuer,
      audience,
      algorithms,
      clockTolerance: clockSkewSeconds,
      requiredClaims: ["exp", callerClaim],
    };
    try {
      // Two overloads of one function: a key at hand, and a way to find one.
      const { payload } = await (typeof this.keys === "function"
        ? jwtVerify(token, this.keys, options)
        : jwtVerify(token, this.keys, options));
      return payload;
    } catch (error) {
      throw "jwksUrl" in this.settings.keys && isKeyServersFault(error)
        ? new TokenKeysUnavailableError(error)
        : unauthenticated("Expected a valid token.");
    }
  }
}

/** The key server did not answer usefully. To the caller it is the same as a bad token; the log has the difference. */
export class TokenKeysUnavailableError extends CodedError {
  constructor(cause: unknown) {
    super("UNAUTHENTICATED", "Tokens can't be checked at the moment.", {
      message: "auth: expected the key server to answer with keys, it did not",
      cause,
    });
  }
}

// A token that no key fits is the token's fault; no set of keys at all is not.
function isKeyServersFault(error: unknown): boolean {
  if (!(error instanceof joseErrors.JOSEError)) return true;
  return (
    error instanceof joseErrors.JWKSTimeout ||
    error instanceof joseErrors.JWKSInvalid ||
    error.code === "ERR_JOSE_GENERIC"
  );
}

// RFC 8693 has `scope` as one text; some servers send `scp`, as a list or a text.
function readScopes({ scope, scp }: JWTPayload): Set<string> {
  const told = typeof scope === "string" ? scope : scp;
  if (typeof told === "string") return new Set(told.split(" ").filter(Boolean));
  return new Set(Array.isArray(told) ? told.filter((item) => typeof item === "string") : []);
}
