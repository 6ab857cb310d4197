import { type Answer, isObject } from "../http/answer.ts";
import { invalid, problem } from "./problem.ts";
import { aReport, dateOf } from "./seed.ts";
import { stateAt, type Verification } from "./verification.ts";

const WINDOW_MS = 90 * 24 * 60 * 60 * 1000;
/** How long an asynchronous reverification waits, and how long it is worked on, in milliseconds. */
const APPROVAL_MS = 1000;
const PROCESSING_MS = 1000;

/** Why the verification cannot be reverified like that; null if it can. */
export function refusalToReverify(
  original: Verification,
  { body, mode, now }: { body: unknown; mode: string | string[]; now: number },
): Answer | null {
  const reportId = isObject(body) ? body.report_id : undefined;
  if (typeof reportId !== "string" || reportId === "") return invalid("report_id", "This field is required.");
  if (mode !== "sync" && mode !== "async") return problem(400, "Request-Sync must be sync or async.");
  if (original.completedAt === null || stateAt(original, now) !== "completed") {
    return problem(400, "Only completed verification requests can be reverified.");
  }
  if (now - original.completedAt > WINDOW_MS) {
    return problem(400, "Verification requests can be reverified within 90 days of completion.");
  }
  if (!original.reports.some(({ id }) => id === reportId)) {
    return invalid("report_id", "Report does not belong to this verification request.");
  }
  if (mode === "sync" && !original.ranSync) {
    return problem(400, "Only verification requests that ran synchronously can be reverified synchronously.");
  }
  return null;
}

/** The new verification, about the same person. A synchronous one is completed at once. */
export function reverified(
  { fields, ranSync }: Verification,
  { suffix, mode, now }: { suffix: string; mode: string | string[]; now: number },
): Verification {
  const id = `vr_sandbox_${suffix}`;
  const completedAt = mode === "sync" ? now : now + APPROVAL_MS + PROCESSING_MS;
  const report = aReport({ id: `rep_sandbox_${suffix}`, verificationId: id, at: completedAt, target: fields.target });
  return {
    id,
    createdAt: now,
    states:
      mode === "sync"
        ? [{ from: now, state: "completed" }]
        : [
            { from: now, state: "pending-approval" },
            { from: now + APPROVAL_MS, state: "processing" },
            { from: completedAt, state: "completed" },
          ],
    completedAt,
    tellsCompletion: true,
    ranSync,
    reports: [{ ...report, current_as_of: dateOf(completedAt) }],
    fields: { ...fields, price: { amount: "19.95", currency: "USD" } },
  };
}
