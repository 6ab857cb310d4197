import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import type { GraphAnswer } from "./graph-answer.ts";

/** Sends typed operations over HTTP, as a frontend does. */
export function frontendOf(url: string) {
  return async <Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<GraphAnswer<Data>> => {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: print(document), variables }),
    });
    return (await response.json()) as GraphAnswer<Data>;
  };
}
