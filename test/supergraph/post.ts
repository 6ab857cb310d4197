import type { GraphAnswer, Json } from "../support/graph-answer.ts";

/** Sends one operation to whoever answers GraphQL there. */
export async function post(url: string, headers: object, query: string, variables?: Json): Promise<GraphAnswer<Json>> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphAnswer<Json>;
}
