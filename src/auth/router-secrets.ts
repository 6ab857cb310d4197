import { createHash, timingSafeEqual } from "node:crypto";
import { unauthenticated } from "../graphql/errors.ts";

/** The secrets by which a request shows that it came through the router; several while one is being replaced. */
export class RouterSecrets {
  private readonly digests: Buffer[];

  constructor(secrets: readonly string[]) {
    this.digests = secrets.map(digest);
  }

  /** Whether there is one at all. */
  get required(): boolean {
    return this.digests.length > 0;
  }

  /** @throws UNAUTHENTICATED unless one of the secrets is given, where one is required. */
  check(given: string | string[] | undefined): void {
    if (!this.admit(given)) throw unauthenticated("Expected a request through the router.");
  }

  /** Whether one of the secrets is given, or none is required. */
  admit(given: string | string[] | undefined): boolean {
    if (!this.required) return true;
    const digested = digest(typeof given === "string" ? given : "");
    // Every one is compared, and by digests of one length, so that the time taken tells nothing.
    const known = this.digests.filter((secret) => timingSafeEqual(secret, digested));
    return known.length > 0;
  }
}

function digest(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
