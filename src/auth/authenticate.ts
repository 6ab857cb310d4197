import type { Caller } from "../graphql/context.ts";
import { unauthenticated } from "../graphql/errors.ts";
import type { RouterSecrets } from "./router-secrets.ts";
import type { TokenVerifier } from "./token-verifier.ts";

/** Says who is asking, from a request's headers. */
export interface Authenticator {
  /** @throws UNAUTHENTICATED for a request that did not come through the router, or whose token is no good. */
  authenticate(headers: Headers): Promise<Caller>;
  /** Whether a request came through the router, as far as that can be told: without a router's secret, any may have. */
  cameThroughRouter(headers: Headers): boolean;
}

type Headers = Record<string, string | string[] | undefined>;

/** Somebody who came through the router without a token: may ask for the schema, and for nothing else. */
export const anonymous: Caller = { id: "", can: () => false };

const localDeveloper: Caller = { id: "local-developer", can: () => true };

/** Everyone is the one local developer. The configuration allows it on loopback, in front of simulated providers, only. */
export function trustEveryone(secrets: RouterSecrets): Authenticator {
  return {
    authenticate: async (headers) => {
      secrets.check(headers["router-authorization"]);
      return localDeveloper;
    },
    cameThroughRouter: (headers) => secrets.admit(headers["router-authorization"]),
  };
}

/** Callers are told apart by their tokens. */
export function requireTokens(tokens: TokenVerifier, secrets: RouterSecrets): Authenticator {
  return {
    authenticate: async ({ authorization, "router-authorization": routerAuthorization }) => {
      secrets.check(routerAuthorization);
      if (authorization === undefined && secrets.required) return anonymous;
      return tokens.verify(bearerToken(authorization));
    },
    cameThroughRouter: (headers) => secrets.admit(headers["router-authorization"]),
  };
}

function bearerToken(authorization: string | string[] | undefined): string {
  const token = typeof authorization === "string" ? /^Bearer ([^\s]+)$/i.exec(authorization)?.[1] : undefined;
  if (!token) throw unauthenticated("Expected a bearer token in the Authorization header.");
  return token;
}
