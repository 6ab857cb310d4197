import { badUserInput, describeForLog } from "../graphql/errors.ts";
import { checkPageSize, notACursor, pageInfoOf } from "../graphql/page.ts";
import type { VerificationContext } from "./verification.context.ts";
import type { VerificationState } from "./verification.enum.ts";
import type { VerificationConnection, VerificationEdge } from "./verification.type.ts";

export interface VerificationListRequest {
  state?: VerificationState | null | undefined;
  first: number;
  after?: string | null | undefined;
}

/**
 * A page of verifications. Truework pages by offset and promises no order, so a cursor is a place in the list: rows that
 * are added meanwhile shift it.
 */
export async function listVerifications(
  { state, first, after }: VerificationListRequest,
  { truework, log }: VerificationContext,
): Promise<VerificationConnection> {
  checkPageSize(first);
  if (state === "UNKNOWN") throw badUserInput("Expected a state of the provider's, got UNKNOWN.");
  const offset = typeof after === "string" ? readCursor(after) + 1 : 0;

  const page = await truework.listVerifications({ state: state ?? undefined, limit: first, offset });

  const edges = page.verifications.flatMap((node, i): VerificationEdge[] => {
    if (!(node instanceof Error)) return [{ cursor: toCursor(offset + i), node }];
    // Left out, for the row has no id to be shown by, and failing would take the whole page with it.
    log.error(describeForLog(node), "a row of a list could not be read");
    return [];
  });
  return {
    edges,
    pageInfo: pageInfoOf(edges, { hasNextPage: page.hasNext, hasPreviousPage: offset > 0 }),
    totalCount: page.count,
  };
}

function toCursor(place: number): string {
  return Buffer.from(`verification:${place}`).toString("base64url");
}

function readCursor(cursor: string): number {
  const place = /^verification:(\d{1,9})$/.exec(Buffer.from(cursor, "base64url").toString())?.[1];
  if (place === undefined) throw notACursor();
  return Number(place);
}
