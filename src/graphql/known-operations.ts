import { type DocumentNode, getOperationAST, type OperationDefinitionNode } from "graphql";
import { LRUCache } from "lru-cache";
import type { RequestContext } from "./context.ts";
import type { OperationListener } from "./operation-listener.ts";

/** A query that Apollo Server has parsed and found valid. */
export interface KnownQuery {
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

const rememberedDocuments = 1_000;
const rememberedCharacters = 1_000_000;

/** Remembers queries by their text: what was valid once is so again, for the schema stays. */
export class KnownOperations {
  // By the text, then by the name of the operation in it that is meant.
  private readonly queries = new LRUCache<string, Map<string | undefined, KnownQuery>>({
    max: rememberedDocuments,
    maxSize: rememberedCharacters,
    sizeCalculation: (_queries, text) => text.length + 1,
  });

  find(text: string, operationName: string | undefined): KnownQuery | undefined {
    return this.queries.get(text)?.get(operationName);
  }

  /** Learns from Apollo Server. */
  readonly listener: OperationListener<RequestContext> = {
    didResolveOperation: ({ source, document, operation, request: { operationName } }) => {
      if (operation?.operation !== "query") return;
      const known = this.queries.get(source);
      // One parse of a text is enough: another one, for another of its operations, would be kept beside it.
      const [first] = known?.values() ?? [];
      const meant = first && getOperationAST(first.document, operationName);
      if (known && meant) known.set(operationName, { document: first.document, operation: meant });
      else this.queries.set(source, new Map([[operationName, { document, operation }]]));
    },
  };
}
