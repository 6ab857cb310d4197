import { type CryptoKey, exportSPKI, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from "jose";

export const issuer = "https://issuer.example/";
export const audience = "https://diligence.example";

/** Every scope there is. */
export const everyScope = [
  "company:read",
  "company:refresh",
  "verification:read",
  "verification:reverify",
  "credit-report:read",
  "credit-report:request",
  "charge:read",
  "charge:read-all",
  "charge:settle",
] as const;

/** Somebody who signs tokens with a key pair of its own. */
export interface Signer {
  algorithm: string;
  publicKey: CryptoKey;
  publicKeyPem: string;
  /** A good token for this service; a claim that is undefined is left out. */
  sign(claims?: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

export async function makeSigner(algorithm = "ES256"): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    algorithm,
    publicKey,
    publicKeyPem: await exportSPKI(publicKey),
    sign: (claims = {}, header = {}) =>
      new SignJWT(withoutMissing({ iss: issuer, aud: audience, sub: "ada", exp: inSeconds(300), ...claims }))
        .setProtectedHeader({ alg: algorithm, ...header })
        .sign(privateKey),
  };
}

/** The settings of a service that takes this signer's tokens. */
export function tokenSettings({ publicKeyPem }: Pick<Signer, "publicKeyPem">) {
  return { JWT_PUBLIC_KEY: publicKeyPem, JWT_ISSUER: issuer, JWT_AUDIENCE: audience };
}

/** Seconds since 1970, that many from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

function withoutMissing(claims: JWTPayload): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}
