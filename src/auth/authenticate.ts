import type { Caller } from "../graphql/context.ts";
import { unauthenticated } from "../graphql/errors.ts";
import type { RouterSecrets } from "./router-secrets.ts";
import type { TokenVerifier } from "./token-verifier.ts";

/** Says who is asking, from a request's headers. */
export interface Authenticator {
  /** Who it is, where that is known without asking: from a token that was verified before. */
  recall(headers: Headers): Caller | undefined;
  /** Says it at once where it is known. Rejects: UNAUTHENTICATED for a request that did not come through the router, or whose token is no good. */
  authenticate(headers: Headers): Caller | Promise<Caller>;
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
    recall: (headers) => (secrets.admit(headers["router-authorization"]) ? localDeveloper : undefined),
    authenticate: async (headers) => {
      secrets.check(headers["router-authorization"]);
      return localDeveloper;
    },
    cameThroughRouter: (headers) => secrets.admit(headers["router-authorization"]),
  };
}

/** Callers are told apart by their tokens. */
export function requireTokens(tokens: TokenVerifier, secrets: RouterSecrets): Authenticator {
  const verify = async ({ authorization, "router-authorization": routerAuthorization }: Headers): Promise<Caller> => {
    secrets.check(routerAuthorization);
    if (authorization === undefined && secrets.required) return anonymous;
    return tokens.verify(bearerToken(authorization));
  };
  const recall = ({ authorization, "router-authorization": routerAuthorization }: Headers): Caller | undefined => {
    if (typeof authorization !== "string" || !authorization.startsWith(usualScheme)) return undefined;
    // Not looked at any closer: what is not a token to the letter is not among those that are remembered.
    return secrets.admit(routerAuthorization) ? tokens.recall(authorization.slice(usualScheme.length)) : undefined;
  };
  return {
    recall,
    authenticate: (headers) => recall(headers) ?? verify(headers),
    cameThroughRouter: (headers) => secrets.admit(headers["router-authorization"]),
  };
}

const usualScheme = "Bearer ";

function bearerToken(authorization: string | string[] | undefined): string {
  const token = readBearer(authorization);
  if (!token) throw unauthenticated("Expected a bearer token in the Authorization header.");
  return token;
}

function readBearer(authorization: string | string[] | undefined): string | undefined {
  return typeof authorization === "string" ? /^Bearer ([^\s]+)$/i.exec(authorization)?.[1] : undefined;
}
