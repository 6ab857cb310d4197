import { graphqlPath } from "./graphql-path.ts";

/**
 * GraphiQL on this service, whole in one page of 9 MB: nothing in it is loaded from elsewhere. Its package is read when
 * the page is first asked for, so that a start does not pay for it.
 */
export async function graphiqlPage(firstQuery: string): Promise<string> {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  return renderGraphiQL({ title: "Diligence", endpoint: graphqlPath, defaultQuery: firstQuery });
}
