import { createPublicKey } from "node:crypto";
import type { Settings } from "../settings.ts";

/** How callers' tokens are checked. */
export interface TokenSettings {
  /** Where the keys are: a JWKS that may rotate, or one public key in PEM. */
  keys: { jwksUrl: string } | { publicKeyPem: string };
  issuer: string;
  audience: string;
  /** The claim that names the caller. */
  callerClaim: string;
}

/** undefined where nobody's token is checked, or where something is wrong, which `settings` is told. */
export function readTokens(settings: Settings): TokenSettings | undefined {
  const names = ["JWT_JWKS_URL", "JWT_PUBLIC_KEY", "JWT_ISSUER", "JWT_AUDIENCE"];
  if (!names.some((name) => settings.hasSecret(name))) return undefined;
  for (const name of ["JWT_ISSUER", "JWT_AUDIENCE"]) if (!settings.has(name)) settings.problem(`${name} is missing`);
  const keys = readTokenKeys(settings);
  const [issuer, audience] = [settings.text("JWT_ISSUER"), settings.text("JWT_AUDIENCE")];
  if (!keys || !issuer || !audience) return undefined;
  return { keys, issuer, audience, callerClaim: settings.text("CALLER_CLAIM") ?? "sub" };
}

function readTokenKeys(settings: Settings): TokenSettings["keys"] | undefined {
  if (settings.has("JWT_JWKS_URL") === settings.hasSecret("JWT_PUBLIC_KEY")) {
    return settings.problem("JWT_JWKS_URL, JWT_PUBLIC_KEY: expected one of them");
  }
  const jwksUrl = settings.url("JWT_JWKS_URL");
  if (settings.has("JWT_JWKS_URL")) return jwksUrl ? { jwksUrl } : undefined;
  // In a .env file a PEM has to stand on one line.
  const publicKeyPem = settings.secret("JWT_PUBLIC_KEY")?.replaceAll("\\n", "\n");
  if (publicKeyPem && isUsablePublicKey(publicKeyPem)) return { publicKeyPem };
  return settings.problem("JWT_PUBLIC_KEY: expected a public key in PEM: RSA of at least 2048 bits, EC or Ed25519");
}

function isUsablePublicKey(pem: string): boolean {
  if (pem.includes("PRIVATE KEY")) return false;
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey(pem);
    if (type === "rsa") return (details?.modulusLength ?? 0) >= 2048;
    return type === "ed25519" || (type === "ec" && curves.has(details?.namedCurve));
  } catch {
    return false;
  }
}

// P-256, P-384 and P-521 by the names that OpenSSL gives them.
const curves = new Set<string | undefined>(["prime256v1", "secp384r1", "secp521r1"]);

/** What a request has to carry, each at least 16 characters; empty where nothing is asked. */
export function readRouterSecrets(settings: Settings): string[] {
  const secrets =
    settings
      .secret("ROUTER_SECRET")
      ?.split(",")
      .map((secret) => secret.trim()) ?? [];
  if (secrets.some((secret) => !/^[\x21-\x7e]{16,}$/.test(secret))) {
    settings.problem(
      "ROUTER_SECRET: expected at least 16 visible ASCII characters, or two such secrets with a comma between them",
    );
  }
  return secrets;
}
