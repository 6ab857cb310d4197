import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
// Below it nothing is gained.
const compressFromBytes = 512;
const maxOpenedBytes = 256 * 1024 * 1024;

/**
 * Seals what leaves the process with AES-256-GCM, and names it by hashes. What is sealed is bound to where it belongs: at
 * another place it does not open. The first key seals; each opens, so that one may replace another while both are in use.
 */
export class Seal {
  private readonly nameKeys: Buffer[];

  constructor(private readonly keys: readonly Buffer[]) {
    this.nameKeys = keys.map((key) => createHmac("sha256", key).update("diligence: names").digest());
  }

  /** One for each key alone. */
  each(): Seal[] {
    return this.keys.map((key) => new Seal([key]));
  }

  /** By which instances can be compared as to their keys, one for each. Too short, and too far from a key, to lead back. */
  fingerprints(): string[] {
    return this.keys.map((key) =>
      createHmac("sha256", key).update("diligence: fingerprint").digest("base64url").slice(0, 8),
    );
  }

  /** What something is called in Redis: one name per key, the first key's first. They tell nothing of what is named. */
  names(of: string): string[] {
    return this.nameKeys.map((key) => createHmac("sha256", key).update(of).digest("base64url"));
  }

  /** Nonce, tag, then the text as JSON, compressed where that pays. */
  seal(json: unknown, boundTo: string): Buffer {
    const [key] = this.keys;
    if (!key) throw new Error("Expected a key to seal with, got none");
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(boundTo));
    const sealed = Buffer.concat([cipher.update(pack(json)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** What was sealed, or undefined where it was not sealed with one of these keys, for this place. */
  open(sealed: Buffer, boundTo: string): unknown {
    for (const key of this.keys) {
      const packed = decrypt(sealed, key, boundTo);
      if (packed) return unpack(packed);
    }
    return undefined;
  }
}

function decrypt(sealed: Buffer, key: Buffer, boundTo: string): Buffer | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const nonce = sealed.subarray(0, nonceBytes);
  try {
    const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
      .setAAD(Buffer.from(boundTo))
      .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

const plain = Buffer.from([0]);
const compressed = Buffer.from([1]);

function pack(json: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(json));
  if (text.length < compressFromBytes) return Buffer.concat([plain, text]);
  return Buffer.concat([compressed, zstdCompressSync(text)]);
}

function unpack(packed: Buffer): unknown {
  const body = packed.subarray(1);
  const text = packed[0] === 1 ? zstdDecompressSync(body, { maxOutputLength: maxOpenedBytes }) : body;
  return JSON.parse(text.toString());
}
