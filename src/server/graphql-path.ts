/** Where GraphQL is asked for. */
export const graphqlPath = "/graphql";
