import { describe, expect, it } from "vitest";
import { ProviderError } from "../../src/http/provider-error.ts";
import { createVerificationLoader } from "../../src/verification/verification.loader.ts";
import type { Verification } from "../../src/verification/verification.type.ts";
import { aVerification } from "../support/entities.ts";
import { verificationsOf } from "../support/sources.ts";

describe("verification loader", () => {
  it("asks once for each distinct id, and answers in the order asked", async () => {
    const truework = new TrueworkKnowing({ Vr1: aVerification({ id: "Vr1" }), Vr2: aVerification({ id: "Vr2" }) });
    const loader = createVerificationLoader(verificationsOf(truework));

    const verifications = await loader.loadMany(["Vr2", "Vr1", "Vr3", "Vr2"]);
    await loader.load("Vr1");

    expect(verifications).toEqual([
      aVerification({ id: "Vr2" }),
      aVerification({ id: "Vr1" }),
      null,
      aVerification({ id: "Vr2" }),
    ]);
    expect(truework.asked).toEqual(["Vr2", "Vr1", "Vr3"]);
  });

  it("asks for ids that differ in case only as the two they are", async () => {
    const truework = new TrueworkKnowing({ Vr1: aVerification({ id: "Vr1" }), vr1: aVerification({ id: "vr1" }) });

    const verifications = await createVerificationLoader(verificationsOf(truework)).loadMany(["Vr1", "vr1"]);

    expect(verifications).toMatchObject([{ id: "Vr1" }, { id: "vr1" }]);
    expect(truework.asked).toEqual(["Vr1", "vr1"]);
  });

  it("fails only the verification whose lookup failed", async () => {
    const failure = new ProviderError({ provider: "TRUEWORK", kind: "timeout", message: "no answer in time" });
    const loader = createVerificationLoader(
      verificationsOf(new TrueworkKnowing({ Vr1: aVerification({ id: "Vr1" }), Vr2: failure })),
    );

    const [one, two, three] = await loader.loadMany(["Vr1", "Vr2", "Vr3"]);

    expect(one).toEqual(aVerification({ id: "Vr1" }));
    expect(two).toBe(failure);
    expect(three).toBeNull();
  });

  it("fails only the verification whose lookup throws at once", async () => {
    const findVerification = (id: string) => {
      if (id === "Vr2") throw new TypeError("thrown at once");
      return Promise.resolve(aVerification({ id }));
    };

    const [one, two] = await createVerificationLoader(verificationsOf({ findVerification })).loadMany(["Vr1", "Vr2"]);

    expect(one).toEqual(aVerification({ id: "Vr1" }));
    expect(two).toEqual(new TypeError("thrown at once"));
  });

  it.each(["", ".", "..", "a b", "Vr1\n", "vérité", "\ud800", "v".repeat(256)])(
    "finds no verification %j, without a call",
    async (id) => {
      const truework = new TrueworkKnowing({});

      expect(await createVerificationLoader(verificationsOf(truework)).load(id)).toBeNull();
      expect(truework.asked).toEqual([]);
    },
  );

  it.each(["AAAA7aECtm_U-Z", "0", "...", "v".repeat(255)])("asks for the verification %j", async (id) => {
    const truework = new TrueworkKnowing({});

    await createVerificationLoader(verificationsOf(truework)).load(id);

    expect(truework.asked).toEqual([id]);
  });
});

class TrueworkKnowing {
  readonly asked: string[] = [];

  constructor(private readonly known: Record<string, Verification | Error>) {}

  async findVerification(id: string): Promise<Verification | null> {
    this.asked.push(id);
    const found = this.known[id] ?? null;
    if (found instanceof Error) throw found;
    return found;
  }
}
