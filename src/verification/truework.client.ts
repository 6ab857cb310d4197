import type { Purchase } from "../charge/ledger/spending.ts";
import { readDateTime } from "../graphql/values.ts";
import type { PaidOrder } from "../http/paid-call.ts";
import { judgePaidReply, type PaidOutcome, type ProviderDialect } from "../http/paid-outcome.ts";
import { orProviderError, type ProviderError } from "../http/provider-error.ts";
import type { ProviderHttp } from "../http/provider-http.ts";
import { path } from "../http/request-path.ts";
import type { Turn } from "../http/turns.ts";
import type { Urgency } from "../http/urgency.ts";
import { toPurchasePrice, toTrueworkState, toVerification } from "./truework.mapper.ts";
import { purchaseResponse, verificationListResponse, verificationResponse } from "./truework.responses.ts";
import type { ReverificationMode, VerificationState } from "./verification.enum.ts";
import type { Verification } from "./verification.type.ts";
import { parseVerificationId } from "./verification-id.ts";

export interface VerificationPageRequest {
  state?: VerificationState | undefined;
  /** How many at most. */
  limit: number;
  /** How many to pass over. */
  offset: number;
}

export interface VerificationPage {
  /** In the order sent; where a row could not be read, why. */
  verifications: (Verification | ProviderError)[];
  /** How many there are in all; null when not told. */
  count: number | null;
  hasNext: boolean;
}

/** Truework's verification requests, API versions up to 2022-08-01. */
export class TrueworkClient {
  constructor(private readonly http: ProviderHttp) {}

  /**
   * One verification, or null if there is none. Free. One that a paid call waits for is as urgent as that call.
   *
   * @throws ProviderError
   */
  async findVerification(id: string, urgency?: Urgency): Promise<Verification | null> {
    const json = await this.http.findJson(path`/verification-requests/${id}/`, undefined, urgency);
    if (json === null) return null;

    const verification = this.parse(json);
    if (verification.id !== id)
      throw this.http.malformed("expected the verification asked for, got another one", "another-id");
    return verification;
  }

  /**
   * A page of the account's verifications, in Truework's order. Free.
   *
   * @throws ProviderError
   */
  async listVerifications({ state, limit, offset }: VerificationPageRequest): Promise<VerificationPage> {
    const json = await this.http.findJson(path`/verification-requests/`, {
      ...(state && { state: toTrueworkState(state) }),
      limit: String(limit),
      offset: String(offset),
    });
    const { success, data } = verificationListResponse.safeParse(json);
    if (!success) throw this.http.malformed("expected a list of verifications, got something else", "not-a-list");
    return {
      verifications: data.results.map((result) => orProviderError(() => this.parse(result))),
      count: data.count ?? null,
      hasNext: Boolean(data.next) && data.results.length > 0,
    };
  }

  /** The same for reads that nobody waits for, such as a search for evidence: all others go first. */
  unhurried(): Pick<TrueworkClient, "findVerification" | "listVerifications"> {
    return new TrueworkClient(this.http.unhurried());
  }

  /** Takes a turn for a paid call, before anything is claimed for it; null where none can be had. */
  reservePaid(withinMs: number): Promise<Turn | null> {
    return this.http.reservePaid(withinMs);
  }

  /** Buys a new verification from a completed one. Read the answer of a charged one with `readReverified`. */
  async reverify(id: string, reportId: string, mode: ReverificationMode, turn?: Turn): Promise<PaidOutcome> {
    return judgePaidReply(await this.http.sendPaid(reverifyRequest(id, reportId, mode), turn), endpointRefused);
  }

  /** The verification that a charged reverification answered with, or why it can't be read: the charge stands either way. */
  readReverified(body: unknown): Verification | ProviderError {
    return orProviderError(() => this.parse(body));
  }

  /** What the answer to a charged call tells of what was bought, even where it can't be read as a verification. */
  readPurchase(body: unknown): Purchase {
    const { data } = purchaseResponse.safeParse(body);
    return { resultId: data ? parseVerificationId(data.id) : null, price: toPurchasePrice(data?.price) };
  }

  private parse(json: unknown): Verification {
    const { success, data } = verificationResponse.safeParse(json);
    const createdAt = success ? readDateTime(data.created) : null;
    if (!success || createdAt === null)
      throw this.http.malformed("expected a verification with id and created, got none", "missing-id");
    const verification = toVerification(data, createdAt);
    if (hasUnknownWord(verification)) this.http.reportOdd("unknown-enum-value");
    return verification;
  }
}

function hasUnknownWord({ state, type, permissiblePurpose, useCase, cancellation }: Verification): boolean {
  return [state, type, permissiblePurpose, useCase, cancellation?.reason].includes("UNKNOWN");
}

function reverifyRequest(id: string, reportId: string, mode: ReverificationMode): PaidOrder {
  return {
    method: "PUT",
    path: path`/verification-requests/${id}/reverify/`,
    headers: { "request-sync": mode === "SYNC" ? "sync" : "async" },
    json: { report_id: reportId },
  };
}

// It was read a moment ago, so what is missing now is the endpoint: newer keys no longer have it.
const endpointRefused: ProviderDialect = (status) =>
  status === 404 || status === 405
    ? { state: "NOT_CHARGED", because: "unavailable", status, oursToFix: true }
    : undefined;
