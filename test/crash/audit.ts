import type { Checks } from "./checks.ts";
import { type PaidMutation, type Purchase, paidMutations } from "./paid-mutations.ts";
import type { SandboxCharge } from "./sandbox-process.ts";
import type { ListedCharge, TestedService } from "./tested-service.ts";
import type { World } from "./world.ts";

/** How many of what an audit saw. */
export interface Audit {
  keys: number;
  charges: number;
  rows: Record<ListedCharge["state"], number>;
}

/**
 * Compares what the providers billed with what the ledger says, on the ground of the purchases that were ever asked for.
 * Charges on their way do no harm: a claim comes before its charge and a verdict after it, hence the order of reading.
 */
export async function audit(world: World, service: TestedService, asked: Purchase[], checks: Checks): Promise<Audit> {
  const keys = new Set(asked.map(({ mutation, idempotencyKey }) => `${mutation.name} ${idempotencyKey}`));
  const before = await chargesOfAll(world);
  const rows = await service.charges();
  const after = await chargesOfAll(world);

  checks.same("keys with more than one row", rows.length - new Set(rows.map(nameOf)).size, 0);
  for (const mutation of paidMutations) {
    const own = rows.filter(({ operation }) => operation === mutation.operation);
    compareCharged(mutation, own, before.get(mutation) ?? [], checks);
    compareVerdicts(mutation, own, after.get(mutation) ?? [], checks);
  }
  const charges = [...after.values()].flat().length;
  checks.that(
    `Expected at most ${keys.size} charges, for so many keys were used; got ${charges}`,
    charges <= keys.size,
  );
  return { keys: keys.size, charges, rows: countStates(rows) };
}

async function chargesOfAll({ sandbox }: World): Promise<Map<PaidMutation, SandboxCharge[]>> {
  const all = paidMutations.map(async (mutation) => [mutation, await sandbox.charges(mutation)] as const);
  return new Map(await Promise.all(all));
}

/** Every charge has a row of its own that does not deny it. */
function compareCharged(mutation: PaidMutation, rows: ListedCharge[], charges: SandboxCharge[], checks: Checks): void {
  const admitting = rows.filter(({ state }) => state !== "NOT_CHARGED");
  for (const [target, billed] of countBy(charges, (charge) => charge.target)) {
    const own = admitting.filter((row) => row.target === target).length;
    checks.that(
      `${mutation.name} ${target}: charged ${billed} times, but ${own} rows of the ledger admit it`,
      billed <= own,
    );
  }
  const ids = charges.flatMap(({ metadata }) => metadata?.diligenceCharge ?? []);
  for (const [id, billed] of countBy(ids, (chargeId) => chargeId)) {
    checks.same(`${mutation.name}: how often charge ${id} was billed`, billed, 1);
    checks.that(
      `${mutation.name}: charge ${id} was billed, but the ledger denies it`,
      admitting.some((row) => row.id === id),
    );
  }
}

/** No row says that something was bought which was not. */
function compareVerdicts(mutation: PaidMutation, rows: ListedCharge[], charges: SandboxCharge[], checks: Checks): void {
  const charged = rows.filter(({ state }) => state === "CHARGED");
  for (const [target, claimed] of countBy(charged, (row) => row.target)) {
    const billed = charges.filter((charge) => charge.target === target).length;
    checks.that(
      `${mutation.name} ${target}: the ledger says it was charged ${claimed} times, it was ${billed} times`,
      claimed <= billed,
    );
  }
  if (!mutation.purchaseHasId) return;
  const bought = new Set(charges.map(({ reference }) => reference));
  for (const [id, owners] of countBy(
    charged.flatMap(({ resultId }) => resultId ?? []),
    (resultId) => resultId,
  )) {
    checks.that(`${mutation.name}: ${id} is on record as bought, but it was not`, bought.has(id));
    checks.same(`${mutation.name}: how many charges own ${id}`, owners, 1);
  }
}

function nameOf({ operation, idempotencyKey }: ListedCharge): string {
  return `${operation} ${idempotencyKey}`;
}

function countStates(rows: ListedCharge[]): Audit["rows"] {
  const counts = countBy(rows, ({ state }) => state);
  const count = (state: ListedCharge["state"]) => counts.get(state) ?? 0;
  return {
    CHARGED: count("CHARGED"),
    NOT_CHARGED: count("NOT_CHARGED"),
    UNKNOWN: count("UNKNOWN"),
    IN_PROGRESS: count("IN_PROGRESS"),
  };
}

function countBy<Item>(items: Item[], key: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
