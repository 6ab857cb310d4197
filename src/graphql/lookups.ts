import { tooLarge } from "./errors.ts";

/**
 * How many entities one request may still look up. What has a fresh copy costs none. Lists within lists are bounded by
 * nothing else, and one request must not keep a provider's line busy for everybody.
 */
export class Lookups {
  private left: number;

  constructor(private readonly most: number) {
    this.left = most;
  }

  /** @throws OPERATION_TOO_LARGE once there have been as many as may be. */
  count(): void {
    if (this.left <= 0) throw tooLarge("lookups of entities", this.most);
    this.left -= 1;
  }
}
