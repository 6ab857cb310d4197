import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client/core";
import { RetryLink } from "@apollo/client/link/retry";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { introspectionFromSchema, isAbstractType, isObjectType } from "graphql";
import { ourSchema } from "../support/our-schema.ts";

/** A frontend's client with a normalised cache, as far as the tests need one. Whatever it has in its cache it does not ask for. */
export interface FrontendClient {
  query<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data>;
  mutate<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data>;
  /** Puts a query on screen and shows its data, at first and whenever it changes. Gives what leaves the screen. */
  watch<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    show: (data: Data) => void,
  ): () => void;
}

/** The root fields that give an entity by its id: such an entity need not be asked for once it is in the cache. */
const entityFields = {
  company: "Company",
  verification: "Verification",
  businessCreditReport: "BusinessCreditReport",
  providerCharge: "ProviderCharge",
};

const types = Object.values(ourSchema.getTypeMap());

/** Apollo Client; a request that fails on its way is sent again, up to three times. */
export function apolloClient(url: string): FrontendClient {
  const retry = new RetryLink({ delay: { initial: 10, jitter: false }, attempts: { max: 4 } });
  const abstract = types.filter(isAbstractType);
  const cache = new InMemoryCache({
    // Without it the cache can't tell where a fragment on an interface applies.
    possibleTypes: Object.fromEntries(
      abstract.map((type) => [type.name, ourSchema.getPossibleTypes(type).map(({ name }) => name)]),
    ),
    typePolicies: {
      Query: {
        fields: Object.fromEntries(
          Object.entries(entityFields).map(([field, __typename]) => [
            field,
            {
              // What is known not to exist stays null.
              read: (known, { args, toReference }) =>
                known === undefined ? toReference({ __typename, id: args?.id }) : known,
            },
          ]),
        ),
      },
    },
  });
  const client = new ApolloClient({ cache, link: ApolloLink.from([retry, new HttpLink({ uri: url })]) });
  return {
    query: async (query, variables) => (await client.query({ query, variables: variables as never })).data as never,
    mutate: async (mutation, variables) =>
      (await client.mutate({ mutation, variables: variables as never })).data as never,
    watch: (query, variables, show) => {
      const screen = client.watchQuery({ query, variables: variables as never });
      const subscription = screen.subscribe(({ data, dataState }) => {
        if (dataState === "complete") show(data as never);
      });
      return () => subscription.unsubscribe();
    },
  };
}

/** urql with its normalised cache. */
export function urqlClient(url: string): FrontendClient {
  // What has no id belongs to whatever holds it.
  const keyless = types.filter((type) => isObjectType(type) && !Object.values(entityFields).includes(type.name));
  const cache = cacheExchange({
    schema: introspectionFromSchema(ourSchema) as never,
    keys: Object.fromEntries(keyless.map(({ name }) => [name, () => null])),
    resolvers: {
      Query: Object.fromEntries(
        Object.entries(entityFields).map(([field, __typename]) => [
          field,
          (_parent, args, known) =>
            known.resolve("Query", field, args as never) === null ? null : { __typename, id: String(args.id) },
        ]),
      ),
    },
  });
  const client = new Client({ url, preferGetMethod: false, exchanges: [cache, fetchExchange] });
  return {
    query: async (document, variables) => dataOf(await client.query(document as never, variables as never).toPromise()),
    mutate: async (document, variables) =>
      dataOf(await client.mutation(document as never, variables as never).toPromise()),
    watch: (document, variables, show) => {
      const subscription = client.query(document as never, variables as never).subscribe(({ data }) => {
        if (data) show(data as never);
      });
      return () => subscription.unsubscribe();
    },
  };
}

function dataOf({ data, error }: { data?: unknown; error?: Error | undefined }): never {
  if (error) throw error;
  return data as never;
}
