import { describe, expect, it } from "vitest";
import { checkIdempotencyKey } from "../../../src/charge/purchase/idempotency-key.ts";
import { badIdempotencyKeys } from "../../support/paid-outcomes.ts";

describe("an idempotency key", () => {
  it.each(["k", "0b7f5c1e-3d0a-4c57-9a53-5f1f4d0f0c11", "!~", "k".repeat(255)])("may be %j", (key) => {
    expect(() => checkIdempotencyKey(key)).not.toThrow();
  });

  it.each(badIdempotencyKeys)("may not be %s", (_what, key) => {
    expect(() => checkIdempotencyKey(key)).toThrow(
      expect.objectContaining({ extensions: { code: "BAD_USER_INPUT" } }) as Error,
    );
  });

  it("is not quoted when it is refused", () => {
    expect(() => checkIdempotencyKey("secret order")).toThrow(/^(?!.*secret)Expected an idempotencyKey of 1 to 255/);
  });
});
