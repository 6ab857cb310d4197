import type { ApolloServerOptions, BaseContext } from "@apollo/server";
import type { DocumentNode } from "graphql";
import { LRUCache } from "lru-cache";

type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>["documentStore"]>;

// In memory a document is some forty times as long as its text. Apollo's own store would keep 30 MB of documents as JSON,
// which came to 127 MB when they never came again.
const rememberedDocuments = 1_000;
const rememberedCharacters = 1_000_000;

/** The operations that were parsed and found valid, by Apollo's keys: they repeat. */
export function createDocumentStore(): DocumentStore {
  const documents = new LRUCache<string, DocumentNode>({
    max: rememberedDocuments,
    maxSize: rememberedCharacters,
    sizeCalculation: ({ loc }) => (loc?.end ?? 0) + 1,
  });
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => {
      documents.set(key, document);
    },
    delete: async (key) => {
      documents.delete(key);
    },
  };
}
