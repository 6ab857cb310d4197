import { describe, expect, it } from "vitest";
import { judgeReverification } from "../../src/verification/reverification-window.ts";
import type { VerificationState } from "../../src/verification/verification.enum.ts";
import { aVerification } from "../support/entities.ts";

const completedAt = "2030-01-01T00:00:00.000Z";
const windowClosesAt = "2030-04-01T00:00:00.000Z"; // 31 + 28 + 31 days later
const lastMoment = Date.parse(windowClosesAt);

describe("the window for a reverification", () => {
  it.each([
    ["at completion", Date.parse(completedAt)],
    ["at its last moment, exactly 90 times 24 hours later", lastMoment],
  ])("is open %s", (_when, nowMs) => {
    const status = judgeReverification(aVerification({ completedAt }), nowMs);

    expect(status).toEqual({ verdict: "OPEN", blocker: null, windowClosesAt });
  });

  it("is closed a millisecond after its last moment", () => {
    const status = judgeReverification(aVerification({ completedAt }), lastMoment + 1);

    expect(status).toEqual({ verdict: "CLOSED", blocker: "WINDOW_CLOSED", windowClosesAt });
  });

  it("is undetermined where the provider does not tell when it was completed", () => {
    const status = judgeReverification(aVerification({ completedAt: null }), lastMoment);

    expect(status).toEqual({ verdict: "UNDETERMINED", blocker: null, windowClosesAt: null });
  });

  it.each<VerificationState>(["PENDING_APPROVAL", "ACTION_REQUIRED", "INVALID", "PROCESSING", "CANCELED", "UNKNOWN"])(
    "is closed in the state %s",
    (state) => {
      const status = judgeReverification(aVerification({ state, completedAt }), lastMoment);

      expect(status).toEqual({ verdict: "CLOSED", blocker: "NOT_COMPLETED", windowClosesAt: null });
    },
  );
});
