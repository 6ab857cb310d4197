import { describe, expect, it } from "vitest";
import { ProviderUnavailable } from "../../src/graphql/problem.ts";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import { ProviderError } from "../../src/http/provider-error.ts";
import {
  ReverificationNotAllowed,
  ReverifyVerificationSuccess,
  VerificationNotFound,
} from "../../src/verification/reverify.result.ts";
import { reverifyVerification } from "../../src/verification/reverify.service.ts";
import type { TrueworkClient } from "../../src/verification/truework.client.ts";
import type { VerificationContext } from "../../src/verification/verification.context.ts";
import type { ReverifyVerificationInput } from "../../src/verification/verification.input.ts";
import { createVerificationLoader } from "../../src/verification/verification.loader.ts";
import type { Verification } from "../../src/verification/verification.type.ts";
import { NOON } from "../support/a-request.ts";
import { aVerification, aVerificationReport } from "../support/entities.ts";
import { aSpendingRequest } from "../support/forgetful-ledger.ts";
import { badIdempotencyKeys, charged, paidProblems } from "../support/paid-outcomes.ts";
import { verificationsOf } from "../support/sources.ts";

const ninetyDaysMs = 90 * 24 * 60 * 60 * 1000;
const renewed = aVerification({ id: "New_1", state: "PENDING_APPROVAL" });

describe("reverifying a verification", () => {
  it.each(["ASYNC", "SYNC"] as const)("pays once in mode %s, and hands on the new verification", async (mode) => {
    const context = aContext({ outcome: charged("what the provider answered") });

    const result = await reverifyVerification(order({ mode }), context);

    expect(result).toBeInstanceOf(ReverifyVerificationSuccess);
    expect(result).toMatchObject({ verification: renewed, replayed: false });
    expect(context.reverified).toEqual([["Vr1", "RepSpecimen", mode]]);
    expect(context.answersRead).toEqual(["what the provider answered"]);
  });

  it("leaves the new verification in the loader, without another call", async () => {
    const context = aContext({});
    await reverifyVerification(order(), context);
    const readBefore = [...context.read];

    expect(await context.verifications.load("New_1")).toBe(renewed);

    expect(context.read).toEqual(readBefore);
  });

  it("puts the new verification in the place of what the loader held under its id", async () => {
    const context = aContext({});
    await context.verifications.load("New_1");

    await reverifyVerification(order(), context);

    expect(await context.verifications.load("New_1")).toBe(renewed);
  });

  it("forgets the former verification as the loader held it", async () => {
    const context = aContext({});
    await context.verifications.load("Vr1");

    await reverifyVerification(order(), context);
    await context.verifications.load("Vr1");

    expect(context.read).toEqual(["Vr1", "Vr1", "Vr1"]);
  });

  it("stays a success when the provider's answer can't be read", async () => {
    const unreadable = new ProviderError({ provider: "TRUEWORK", kind: "malformed", message: "got none" });
    const context = aContext({ renewed: unreadable });

    const result = await reverifyVerification(order(), context);

    expect(result).toBeInstanceOf(ReverifyVerificationSuccess);
    expect((result as ReverifyVerificationSuccess).verification).toBe(unreadable);
  });

  it.each(paidProblems)("hands on $what", async ({ outcome, problem, told }) => {
    const result = await reverifyVerification(order(), aContext({ outcome }));

    expect(result).toBeInstanceOf(problem);
    expect(result).toMatchObject(told);
    if ("provider" in result) expect(result.provider).toBe("TRUEWORK");
  });

  it.each(badIdempotencyKeys)("refuses %s as a key, before anything else", async (_what, idempotencyKey) => {
    const context = aContext({ found: null });

    await expect(reverifyVerification(order({ idempotencyKey }), context)).rejects.toMatchObject({
      extensions: { code: "BAD_USER_INPUT" },
    });

    expect(context.read).toEqual([]);
    expect(context.reverified).toEqual([]);
  });

  it("takes a key of 255 characters", async () => {
    const context = aContext({});

    await reverifyVerification(order({ idempotencyKey: "k".repeat(255) }), context);

    expect(context.reverified).toHaveLength(1);
  });
});

describe("the read before a reverification", () => {
  it("goes past what the loader holds", async () => {
    const context = aContext({ found: aVerification({ id: "Vr1", state: "CANCELED" }) });
    context.verifications.prime("Vr1", aVerification({ id: "Vr1" }));

    const result = await reverifyVerification(order(), context);

    expect(context.read).toEqual(["Vr1"]);
    expect(result).toBeInstanceOf(ReverificationNotAllowed);
  });

  it("refuses where there is no such verification", async () => {
    const context = aContext({ found: null });

    const result = await reverifyVerification(order(), context);

    expect(result).toEqual(new VerificationNotFound("Vr1"));
    expect(context.reverified).toEqual([]);
  });

  it.each(["", "..", "a b", "v".repeat(256)])("finds no verification %j, without a call", async (verificationId) => {
    const context = aContext({});

    const result = await reverifyVerification(order({ verificationId }), context);

    expect(result).toEqual(new VerificationNotFound(verificationId));
    expect([...context.read, ...context.reverified]).toEqual([]);
  });

  it.each(["PENDING_APPROVAL", "ACTION_REQUIRED", "INVALID", "PROCESSING", "CANCELED", "UNKNOWN"] as const)(
    "refuses one in the state %s",
    async (state) => {
      const context = aContext({ found: aVerification({ id: "Vr1", state }) });

      const result = await reverifyVerification(order(), context);

      expect(result).toEqual(new ReverificationNotAllowed("NOT_COMPLETED", null));
      expect(context.reverified).toEqual([]);
    },
  );

  it("lets pass one completed exactly 90 times 24 hours ago", async () => {
    const context = aContext({ found: completed(NOON - ninetyDaysMs) });

    const result = await reverifyVerification(order(), context);

    expect(result).toBeInstanceOf(ReverifyVerificationSuccess);
    expect(context.reverified).toHaveLength(1);
  });

  it("refuses one completed a millisecond longer ago", async () => {
    const context = aContext({ found: completed(NOON - ninetyDaysMs - 1) });

    const result = await reverifyVerification(order(), context);

    expect(result).toEqual(new ReverificationNotAllowed("WINDOW_CLOSED", new Date(NOON - 1).toISOString()));
    expect(context.reverified).toEqual([]);
  });

  it("leaves the decision to the provider where it does not tell when it was completed", async () => {
    const context = aContext({ found: aVerification({ id: "Vr1", completedAt: null }) });

    const result = await reverifyVerification(order(), context);

    expect(result).toBeInstanceOf(ReverifyVerificationSuccess);
    expect(context.reverified).toHaveLength(1);
  });

  it.each(["RepOther", "repspecimen"])("refuses the report %j, which is not listed", async (reportId) => {
    const context = aContext({ found: completed(NOON, ["RepSpecimen", "RepTwo"]) });

    const result = await reverifyVerification(order({ reportId }), context);

    expect(result).toEqual(
      new ReverificationNotAllowed("REPORT_NOT_FOUND", new Date(NOON + ninetyDaysMs).toISOString()),
    );
    expect(context.reverified).toEqual([]);
  });

  it("refuses an empty report id, before anything else", async () => {
    const context = aContext({});

    const reverifying = reverifyVerification(order({ reportId: "" }), context);

    await expect(reverifying).rejects.toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
    expect(context.read).toEqual([]);
  });

  it("lets pass any report that is listed", async () => {
    const context = aContext({ found: completed(NOON, ["RepSpecimen", "RepTwo"]) });

    await reverifyVerification(order({ reportId: "RepTwo" }), context);

    expect(context.reverified).toEqual([["Vr1", "RepTwo", "ASYNC"]]);
  });

  it("leaves the decision to the provider where it lists no reports", async () => {
    const context = aContext({ found: completed(NOON, []) });

    await reverifyVerification(order({ reportId: "RepOther" }), context);

    expect(context.reverified).toEqual([["Vr1", "RepOther", "ASYNC"]]);
  });

  it.each(["unavailable", "timeout", "malformed"] as const)(
    "that is %s makes the provider unavailable, without a paid call",
    async (kind) => {
      const found = new ProviderError({ provider: "TRUEWORK", kind, message: "failed", retryAfterSeconds: 7 });
      const context = aContext({ found });

      const result = await reverifyVerification(order(), context);

      expect(result).toEqual(new ProviderUnavailable("TRUEWORK", 7));
      expect(context.reverified).toEqual([]);
    },
  );

  it("hands on a fault of our own, without a paid call", async () => {
    const context = aContext({ found: new TypeError("our own fault") });

    await expect(reverifyVerification(order(), context)).rejects.toThrow("our own fault");

    expect(context.reverified).toEqual([]);
  });
});

function order(said: Partial<ReverifyVerificationInput> = {}): ReverifyVerificationInput {
  return { verificationId: "Vr1", reportId: "RepSpecimen", mode: "ASYNC", idempotencyKey: "order-1", ...said };
}

function completed(atMs: number, reportIds = ["RepSpecimen"]): Verification {
  const reports = reportIds.map((id) => aVerificationReport({ id }));
  return aVerification({ id: "Vr1", completedAt: new Date(atMs).toISOString(), reports });
}

interface Truework {
  found?: Verification | Error | null;
  outcome?: PaidOutcome;
  renewed?: Verification | ProviderError;
}

/** A request at noon, in front of a Truework that finds this verification and answers so when it is paid. */
function aContext({ found = completed(NOON), outcome = charged(), renewed: answer = renewed }: Truework) {
  const calls = { read: [] as string[], reverified: [] as string[][], answersRead: [] as unknown[] };
  const truework: Partial<TrueworkClient> = {
    findVerification: async (id) => {
      calls.read.push(id);
      if (found instanceof Error) throw found;
      return found;
    },
    reverify: async (id, reportId, mode) => {
      calls.reverified.push([id, reportId, mode]);
      return outcome;
    },
    readReverified: (body) => {
      calls.answersRead.push(body);
      return answer;
    },
    readPurchase: () => ({ resultId: null }),
  };
  const request = aSpendingRequest();
  const client = truework as TrueworkClient;
  const context: VerificationContext = {
    ...request,
    truework: client,
    verifications: createVerificationLoader(verificationsOf(client)),
  };
  return { ...context, ...calls, errorLog: request.errorLog };
}
