import { changing } from "../charge/purchase/changing.ts";
import { fingerprint } from "../charge/purchase/fingerprint.ts";
import { checkIdempotencyKey } from "../charge/purchase/idempotency-key.ts";
import { readBought } from "../charge/purchase/read-bought.ts";
import { toProblem } from "../charge/purchase/to-problem.ts";
import { type ProviderUnavailable, toPreReadProblem } from "../graphql/problem.ts";
import { checkText } from "../graphql/text.ts";
import { judgeReverification } from "./reverification-window.ts";
import {
  ReverificationNotAllowed,
  type ReverifyVerificationResult,
  ReverifyVerificationSuccess,
  VerificationNotFound,
} from "./reverify.result.ts";
import type { VerificationContext } from "./verification.context.ts";
import type { ReverifyVerificationInput } from "./verification.input.ts";
import type { Verification } from "./verification.type.ts";
import { parseVerificationId } from "./verification-id.ts";

/**
 * Buys a new verification on the ground of a completed one: a free read that may refuse it, then one paid call to
 * Truework, whose answer is the new verification.
 */
export async function reverifyVerification(
  input: ReverifyVerificationInput,
  context: VerificationContext,
): Promise<ReverifyVerificationResult> {
  const { verificationId, reportId, mode, idempotencyKey } = input;
  checkIdempotencyKey(idempotencyKey);
  checkText("reportId", reportId, { min: 1, max: 255 });
  if (parseVerificationId(verificationId) === null) return new VerificationNotFound(verificationId);

  const { truework, verifications, ledger, caller } = context;
  const spent = await ledger.spend<Refusal>(
    {
      caller: caller.id,
      operation: "REVERIFY_VERIFICATION",
      idempotencyKey,
      fingerprint: fingerprint({ verificationId, reportId, mode }, { mode: "ASYNC" }),
      provider: "TRUEWORK",
      target: verificationId,
      subject: verificationId,
      findRefusal: () => findRefusal(input, context),
      reserve: (withinMs) => truework.reservePaid(withinMs),
      send: (_chargeId, turn) =>
        changing(
          () => verifications.forget(verificationId),
          () => truework.reverify(verificationId, reportId, mode, turn),
        ),
      readPurchase: (body) => truework.readPurchase(body),
    },
    context,
  );
  verifications.clear(verificationId);

  if (spent.kind === "refused") return spent.refusal;
  if (spent.kind !== "charged") return toProblem(spent, "TRUEWORK");
  const answered = spent.body === undefined ? null : truework.readReverified(spent.body);
  const bought = { provider: "TRUEWORK", answered, resultId: spent.charge.resultId, loader: verifications } as const;
  return new ReverifyVerificationSuccess(spent, await readBought(bought, context));
}

type Refusal = VerificationNotFound | ReverificationNotAllowed | ProviderUnavailable;

// Read fresh, past the loader: what decides about money is never a copy.
async function findRefusal(
  { verificationId, reportId }: ReverifyVerificationInput,
  { truework, now, log }: VerificationContext,
): Promise<Refusal | null> {
  try {
    const verification = await truework.findVerification(verificationId, "paid");
    return verification ? whyNotAllowed(verification, reportId, now()) : new VerificationNotFound(verificationId);
  } catch (error) {
    return toPreReadProblem(error, "TRUEWORK", log);
  }
}

function whyNotAllowed(verification: Verification, reportId: string, nowMs: number): ReverificationNotAllowed | null {
  const { blocker, windowClosesAt } = judgeReverification(verification, nowMs);
  if (blocker) return new ReverificationNotAllowed(blocker, windowClosesAt);

  const { reports } = verification;
  const listed = reports.length === 0 || reports.some(({ id }) => id === reportId);
  return listed ? null : new ReverificationNotAllowed("REPORT_NOT_FOUND", windowClosesAt);
}
