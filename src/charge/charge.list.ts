import { checkPageSize, notACursor, pageInfoOf } from "../graphql/page.ts";
import type { ChargeContext } from "./charge.context.ts";
import type { ProviderChargeFilter } from "./charge.input.ts";
import type { Charge } from "./charge.ts";
import type { ProviderChargeConnection } from "./charge.type.ts";
import { visibleTo } from "./charge.visibility.ts";
import { reachingLedger } from "./ledger/ledger-unavailable.ts";
import type { ChargeFilter, ChargePlace } from "./store/charge-queries.ts";
import type { ChargeStore } from "./store/charge-store.ts";

export interface ChargeListRequest {
  filter?: ProviderChargeFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}

/** A page of the charges that the caller may see. */
export async function listCharges(
  { filter, first, after }: ChargeListRequest,
  { charges, caller }: ChargeContext,
): Promise<ProviderChargeConnection> {
  const owner = visibleTo(caller);
  const asked = filter?.requestedBy ?? undefined;
  // A stranger's charges are as good as none; saying "forbidden" would tell that there are some.
  if (owner !== undefined && asked !== undefined && asked !== owner) return toConnection([], first, after);

  const narrowed: ChargeFilter = {
    state: filter?.state ?? undefined,
    operation: filter?.operation ?? undefined,
    target: filter?.target ?? undefined,
    requestedBy: owner ?? asked,
    requestedAfter: filter?.requestedAfter ?? undefined,
    requestedBefore: filter?.requestedBefore ?? undefined,
  };
  return toConnection(await readPage(charges, narrowed, { first, after }), first, after);
}

/** A page's charges and, if there are more, one beyond it. */
export async function readPage(
  charges: ChargeStore,
  filter: ChargeFilter,
  { first, after }: Omit<ChargeListRequest, "filter">,
): Promise<Charge[]> {
  checkPageSize(first);
  const place = after ? readCursor(after) : undefined;
  return reachingLedger(() => charges.list(filter, first + 1, place));
}

/** The page of a list that was read one item further than asked. */
export function toConnection(charges: Charge[], first: number, after: string | null | undefined) {
  const edges = charges.slice(0, first).map((node) => ({ cursor: toCursor(node), node }));
  return {
    edges,
    pageInfo: pageInfoOf(edges, { hasNextPage: charges.length > first, hasPreviousPage: Boolean(after) }),
  };
}

// The place is in the cursor itself, so that a page stays right while charges are added before it.
function toCursor({ requestedAt, id }: Charge): string {
  return Buffer.from(`charge:${Date.parse(requestedAt)}:${id}`).toString("base64url");
}

function readCursor(cursor: string): ChargePlace {
  const match = /^charge:(\d{1,15}):([0-9a-f-]{36})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (!match?.[2]) throw notACursor();
  return { requestedAtMs: Number(match[1]), id: match[2] };
}
