import type { TrueworkClient } from "./truework.client.ts";
import type { Verification } from "./verification.type.ts";

const maxPages = 5;
const pageSize = 100;

/** What one round of the search reads of Truework: each thing once, however many charges ask for it. */
export class EvidenceReads {
  private readonly found = new Map<string, Promise<Verification | null>>();
  private listed: Promise<Verification[] | null> | undefined;

  constructor(private readonly truework: Pick<TrueworkClient, "findVerification" | "listVerifications">) {}

  /** @throws ProviderError */
  find(id: string): Promise<Verification | null> {
    const known = this.found.get(id);
    if (known) return known;
    const finding = this.truework.findVerification(id);
    this.found.set(id, finding);
    return finding;
  }

  /**
   * The whole list. It promises no order: another one that fits may be on a page that was not read, so null where pages are left.
   *
   * @throws ProviderError
   */
  list(): Promise<Verification[] | null> {
    this.listed ??= this.readList();
    return this.listed;
  }

  private async readList(): Promise<Verification[] | null> {
    const listed: Verification[] = [];
    for (let page = 0; page < maxPages; page++) {
      const { verifications, hasNext } = await this.truework.listVerifications({
        limit: pageSize,
        offset: page * pageSize,
      });
      listed.push(...verifications.flatMap((one) => (one instanceof Error ? [] : [one])));
      if (!hasNext) return listed;
    }
    return null;
  }
}
