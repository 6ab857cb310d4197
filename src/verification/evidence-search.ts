import type { FastifyBaseLogger } from "fastify";
import type { Charge } from "../charge/charge.ts";
import type { ChargeStore } from "../charge/store/charge-store.ts";
import type { TrueworkClient } from "./truework.client.ts";
import type { Verification } from "./verification.type.ts";

export interface EvidenceSearchOptions {
  charges: ChargeStore;
  truework: Pick<TrueworkClient, "findVerification" | "listVerifications">;
  /** How long after its claim a paid call may have been on its way, in milliseconds. */
  abandonMs: number;
  log: FastifyBaseLogger;
}

const minuteMs = 60_000;
const lookAfterMs = [1, 10, 60].map((minutes) => minutes * minuteMs);
const maxPages = 5;
const pageSize = 100;
// How far Truework's clock and the database's may be apart.
const clockSlackMs = minuteMs;

/**
 * Looks in Truework's list for a verification that an unknown reverification bought. It can prove that something was
 * charged, never that it was not; and only where exactly one verification that nobody owns and exactly one charge fit each
 * other. The list tells no parent, so what fits is the person, the type and the time; and it has to have been read whole.
 */
export class EvidenceSearch {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly options: EvidenceSearchOptions) {}

  /** Looks one, ten and sixty minutes from now. */
  lookForLater({ id, operation }: Pick<Charge, "id" | "operation">): void {
    if (operation !== "REVERIFY_VERIFICATION") return;
    for (const ms of lookAfterMs) {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        void this.lookFor(id);
      }, ms).unref();
      this.timers.add(timer);
    }
  }

  /** Takes up the search for charges that an earlier process left open. */
  async resume(): Promise<void> {
    for (const charge of await this.findOpen()) this.lookForLater(charge);
  }

  /** Settles the charge if there is evidence. Never throws: a search that fails is a search that found nothing. */
  async lookFor(chargeId: string): Promise<void> {
    const { charges, log } = this.options;
    try {
      const charge = await charges.findById(chargeId);
      if (charge?.state !== "UNKNOWN" || charge.verdictBy !== null) return;
      const found = await this.findProof(charge);
      if (!found) return log.info({ chargeId }, "evidence: none that is certain");

      await charges.recordVerdict(chargeId, {
        by: "EVIDENCE",
        state: "CHARGED",
        settledBy: "evidence",
        resultId: found.id,
        price: found.price,
      });
      log.warn({ chargeId, resultId: found.id }, "evidence: the provider lists what this charge bought");
    } catch (error) {
      log.warn({ err: error, chargeId }, "evidence: the search failed");
    }
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private async findProof(charge: Charge): Promise<Verification | null> {
    const original = await this.options.truework.findVerification(charge.target);
    if (!original) return null;

    const window = await this.windowOf(charge);
    if (await this.isContested(charge, original, window)) return null;

    const listed = await this.listAll();
    if (listed === null) return null;

    const candidates = listed.filter((one) => fits(one, original, window));
    const owned = await this.options.charges.findOwned(
      "TRUEWORK",
      candidates.map(({ id }) => id),
    );
    const unowned = candidates.filter(({ id }) => !owned.has(id));
    return unowned.length === 1 ? (unowned[0] ?? null) : null;
  }

  // Another charge about the same person could have bought the same verification: one that is open, or one that was
  // charged without anybody having learned for what.
  private async isContested(charge: Charge, original: Verification, window: TimeWindow): Promise<boolean> {
    for (const other of [...(await this.findOpen()), ...(await this.findWithoutResult(window))]) {
      if (other.id === charge.id) continue;
      const about =
        other.target === original.id ? original : await this.options.truework.findVerification(other.target);
      if (about && isSamePerson(about, original)) return true;
    }
    return false;
  }

  private async findOpen(): Promise<Charge[]> {
    const { charges } = this.options;
    const operation = "REVERIFY_VERIFICATION";
    const [unknown, inProgress] = await Promise.all([
      charges.list({ operation, state: "UNKNOWN" }, 1000),
      charges.list({ operation, state: "IN_PROGRESS" }, 1000),
    ]);
    return [...unknown, ...inProgress];
  }

  private async findWithoutResult(window: TimeWindow): Promise<Charge[]> {
    const { charges } = this.options;
    const listed = await charges.list(
      { operation: "REVERIFY_VERIFICATION", state: "CHARGED", withResult: false },
      1000,
    );
    const windows = await Promise.all(listed.map((charge) => this.windowOf(charge)));
    return listed.filter((_, i) => overlap(windows[i], window));
  }

  private async windowOf({ id }: Charge): Promise<TimeWindow> {
    const claimedAtMs = await this.options.charges.lastClaimedAt(id);
    return { fromMs: claimedAtMs - clockSlackMs, toMs: claimedAtMs + this.options.abandonMs + clockSlackMs };
  }

  // The list promises no order: another one that fits may be on a page that was not read, so null where pages are left.
  private async listAll(): Promise<Verification[] | null> {
    const listed: Verification[] = [];
    for (let page = 0; page < maxPages; page++) {
      const { verifications, hasNext } = await this.options.truework.listVerifications({
        limit: pageSize,
        offset: page * pageSize,
      });
      listed.push(...verifications.flatMap((one) => (one instanceof Error ? [] : [one])));
      if (!hasNext) return listed;
    }
    return null;
  }
}

interface TimeWindow {
  fromMs: number;
  toMs: number;
}

function overlap(one: TimeWindow | undefined, other: TimeWindow): boolean {
  return one !== undefined && one.fromMs <= other.toMs && other.fromMs <= one.toMs;
}

function fits(listed: Verification, original: Verification, { fromMs, toMs }: TimeWindow): boolean {
  const createdAtMs = Date.parse(listed.createdAt);
  const inTime = createdAtMs >= fromMs && createdAtMs <= toMs;
  return inTime && listed.id !== original.id && listed.type === original.type && isSamePerson(listed, original);
}

// Nobody is recognised by what is missing: two targets without names are not the same person.
function isSamePerson({ target: one }: Verification, { target: other }: Verification): boolean {
  if (!one?.lastName || !other?.lastName) return false;
  const traits = ["firstName", "lastName", "socialSecurityNumber", "dateOfBirth"] as const;
  return traits.every((trait) => one[trait] === other[trait]);
}
