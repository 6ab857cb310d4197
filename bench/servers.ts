import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import type { Program } from "./processes.ts";

const issuer = "https://issuer.example/";
const audience = "https://diligence.example";
const scope = "company:read company:refresh";
/** The same for the service and its peers. */
const concurrency = "50";

export interface Server extends Program {
  name: string;
  title: string;
  /** Whether it answers as the service does; the floor passes the provider's words on. */
  speaksGraphQL: boolean;
}

export interface Setting {
  servers: Server[];
  token: string;
  /** Removes what the servers have left behind. */
  clear(): void;
}

/** The service and whom it is compared with, in front of one provider. */
export async function describeServers(providerUrl: string): Promise<Setting> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const tokens = {
    JWT_PUBLIC_KEY: publicKey.export({ type: "spki", format: "pem" }).toString(),
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
  };
  const place = mkdtempSync(join(tmpdir(), "diligence-bench-"));
  const peer = (name: string, title: string, file = name, env = {}): Server => ({
    name,
    title,
    file: `bench/peers/${file}.ts`,
    env: { ...tokens, PROVIDER_URL: providerUrl, PROVIDER_CONCURRENCY: concurrency, ...env },
    ready: /^ready (\d+)$/m,
    speaksGraphQL: name !== "pass-through",
  });
  return {
    token: await signToken(privateKey),
    servers: [
      diligence(tokens, providerUrl, join(place, "ledger.db")),
      {
        ...diligence({ ...tokens, ENTITY_TEXT_MAX_BYTES: "0" }, providerUrl, join(place, "ledger-without-texts.db")),
        name: "diligence-without-texts",
        title: "Diligence without kept texts",
      },
      peer("apollo", "Apollo standalone"),
      peer("yoga", "GraphQL Yoga"),
      peer("mercurius", "Mercurius"),
      peer("mercurius-jit", "Mercurius with JIT", "mercurius", { MERCURIUS_JIT: "1" }),
      peer("pass-through", "pass-through"),
    ],
    clear: () => rmSync(place, { recursive: true, force: true }),
  };
}

// As in production, but that its providers are on loopback.
function diligence(tokens: Record<string, string>, providerUrl: string, ledger: string): Server {
  const providers = ["CREDAS", "TRUEWORK", "YOUVERIFY"].flatMap((provider) => [
    [`${provider}_BASE_URL`, providerUrl],
    [`${provider}_API_KEY`, "bench-key-of-no-value"],
  ]);
  return {
    name: "diligence",
    title: "Diligence",
    file: "dist/main.js",
    env: {
      ...tokens,
      ...Object.fromEntries(providers),
      PROVIDERS: "sandbox",
      PROVIDER_CONCURRENCY: concurrency,
      DATABASE_URL: `file:${ledger}`,
      PORT: "0",
    },
    ready: /Server listening at http:\/\/127\.0\.0\.1:(\d+)/,
    speaksGraphQL: true,
  };
}

function signToken(key: Parameters<SignJWT["sign"]>[0]): Promise<string> {
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: "ES256" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject("bench")
    .setExpirationTime("1d")
    .sign(key);
}
