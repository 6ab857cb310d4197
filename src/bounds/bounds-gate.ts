import { parse } from "graphql";
import { LRUCache } from "lru-cache";
import { tooLarge } from "../graphql/errors.ts";
import { checkDocument, type DocumentBounds } from "./document-bounds.ts";
import { checkLength, checkVariables } from "./value-bounds.ts";

// Operations repeat; what was within bounds once is so again.
const rememberedOperations = 1_000;
const rememberedCharacters = 5_000_000;

// No name of the graph is as long: a low bound on texts must not refuse the graph's own words.
const longestName = 255;

/** What a request asks, before GraphQL looks at it. */
export interface AskedOperation {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
}

/** Refuses what asks for too much before anything is validated, resolved or fetched. */
export class BoundsGate {
  private readonly within = new LRUCache<string, true>({
    max: rememberedOperations,
    maxSize: rememberedCharacters,
    sizeCalculation: (_known, query) => query.length + 1,
  });

  private readonly longWord: RegExp;

  constructor(
    private readonly bounds: DocumentBounds,
    private readonly paidFields: ReadonlySet<string>,
  ) {
    this.longWord = new RegExp(`[\\w.+-]{${Math.max(bounds.maxStringLength, longestName) + 1}}`);
  }

  /** @throws TOO_MANY_PAID_FIELDS or OPERATION_TOO_LARGE; a document that can't be read is left to GraphQL to refuse. */
  check({ query, variables, operationName }: AskedOperation): void {
    try {
      if (typeof operationName === "string") checkLength(operationName, this.bounds);
      if (typeof query === "string" && !this.within.has(query)) this.checkQuery(query);
      checkVariables(variables, this.bounds);
    } catch (error) {
      // What is nested so deeply that it can't even be measured.
      if (error instanceof RangeError) throw tooLarge("levels", this.bounds.maxDepth);
      throw error;
    }
  }

  private checkQuery(query: string): void {
    // Names, numbers and enum values have no end of their own; texts are measured where their escapes are resolved.
    if (this.longWord.test(query)) throw tooLarge("characters in one text", this.bounds.maxStringLength);
    const document = this.read(query);
    if (!document) return;
    checkDocument(document, this.bounds, this.paidFields);
    this.within.set(query, true);
  }

  private read(query: string) {
    try {
      return parse(query, { maxTokens: this.bounds.maxTokens, noLocation: true });
    } catch (error) {
      if (error instanceof RangeError) throw error;
      // The misspelling is graphql-js's own.
      if (error instanceof Error && /more tha[nt] \d+ tokens/.test(error.message))
        throw tooLarge("tokens", this.bounds.maxTokens);
      return null;
    }
  }
}
