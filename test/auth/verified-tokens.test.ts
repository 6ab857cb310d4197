import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { TokenVerifier } from "../../src/auth/token-verifier.ts";
import { VerifiedTokens } from "../../src/auth/verified-tokens.ts";
import { recordingLog } from "../support/ledger.ts";
import { audience, inSeconds, issuer, makeSigner, type Signer } from "../support/tokens.ts";

let signer: Signer;
beforeAll(async () => {
  signer = await makeSigner();
});
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

describe("a token that was verified before", () => {
  let verifier: TokenVerifier;
  beforeAll(() => {
    const keys = { publicKeyPem: signer.publicKeyPem };
    verifier = new TokenVerifier({ keys, issuer, audience, callerClaim: "sub" }, recordingLog().log);
  });

  it("names the same caller with the same scopes", async () => {
    const token = await signer.sign({ sub: "ada", scope: "company:read" });

    const [first, second] = [await verifier.verify(token), await verifier.verify(token)];

    expect(second).toBe(first);
    expect([second.id, second.can("company:read"), second.can("company:refresh")]).toEqual(["ada", true, false]);
  });

  it("is good until it expires and a minute longer, and not a moment after", async () => {
    const token = await signer.sign({ exp: inSeconds(100) });
    await verifier.verify(token);

    later(159);
    await expect(verifier.verify(token)).resolves.toMatchObject({ id: "ada" });
    later(1);
    await expect(verifier.verify(token)).rejects.toThrow("Expected a valid token.");
  });

  it("is not good yet where the clock has gone back before its time", async () => {
    const token = await signer.sign({ nbf: inSeconds(0), exp: inSeconds(1_000) });
    await verifier.verify(token);

    later(-59);
    await expect(verifier.verify(token)).resolves.toMatchObject({ id: "ada" });
    later(-3);
    await expect(verifier.verify(token)).rejects.toThrow("Expected a valid token.");
  });

  it("does not make another one good that differs from it by its last character", async () => {
    const token = await signer.sign();
    await verifier.verify(token);

    // The last character but one: of the last one, some bits mean nothing.
    const other = `${token.slice(0, -2)}${token.at(-2) === "A" ? "B" : "A"}${token.at(-1)}`;
    await expect(verifier.verify(other)).rejects.toThrow("Expected a valid token.");
  });
});

describe("remembered tokens", () => {
  const verified = (keys: unknown) => ({
    caller: { id: "ada", can: () => true },
    payload: { exp: inSeconds(100) },
    keys,
  });
  let keys: unknown;
  const tokens = new VerifiedTokens(() => keys);

  it("are found while the keys they were verified with are in force", () => {
    keys = 1;
    tokens.remember("a", verified(1));

    expect(tokens.find("a")).toMatchObject({ id: "ada" });
  });

  it.each([
    ["other keys are in force", 2],
    ["keys are due to be read again", undefined],
  ])("are not found once %s", (_, now) => {
    keys = 1;
    tokens.remember("b", verified(1));

    keys = now;
    expect(tokens.find("b")).toBeUndefined();
    keys = 1;
    expect(tokens.find("b")).toBeUndefined();
  });

  it("are none where the keys changed while the token was verified, or there were none", () => {
    keys = 2;
    tokens.remember("c", verified(1));
    keys = undefined;
    tokens.remember("d", verified(undefined));

    keys = 1;
    expect([tokens.find("c"), tokens.find("d")]).toEqual([undefined, undefined]);
  });
});
