import { buildSubgraphSchema, type GraphQLResolverMap } from "@apollo/subgraph";
import { printSchemaWithDirectives } from "@graphql-tools/utils";
import { type GraphQLSchema, graphql, parse } from "graphql";
import { buildSchemaSync, type ClassType, createResolversMap, type NonEmptyArray } from "type-graphql";
import { type EntityReferences, resolveEntities } from "./entities.ts";
import { callPlainQueries } from "./plain-queries.ts";
import { enforceScopes, stampScopes } from "./scopes.ts";

export interface SubgraphParts {
  resolvers: NonEmptyArray<ClassType>;
  references: EntityReferences;
}

const federationLink = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@tag", "@requiresScopes", "@cost", "@listSize", "@shareable"]
)`;

/** The federated schema of these parts, in which nobody gets what their scopes don't allow. */
export function buildFederatedSchema(parts: SubgraphParts): GraphQLSchema {
  const schema = composeSchema(parts);
  enforceScopes(schema);
  return schema;
}

/**
 * The same before scopes are enforced; only for measuring what that costs. It is built from the printed SDL, for that is what
 * keeps the directives.
 */
export function composeSchema({ resolvers, references }: SubgraphParts): GraphQLSchema {
  const schema = buildSchemaSync({ resolvers, validate: false });
  stampScopes(schema);
  const typeDefs = parse(`${federationLink}\n${printSchemaWithDirectives(schema)}`);
  const fieldResolvers = createResolversMap(schema) as GraphQLResolverMap<unknown>;
  const federated = buildSubgraphSchema([{ typeDefs, resolvers: fieldResolvers }]);
  callPlainQueries(federated, resolvers);
  resolveEntities(federated, references);
  return federated;
}

/** The SDL, byte for byte as the subgraph itself tells it to a router. */
export async function printSubgraphSdl(schema: GraphQLSchema): Promise<string> {
  const { data, errors } = await graphql({ schema, source: "{ _service { sdl } }" });
  if (!data) throw new Error("Expected the subgraph to tell its SDL, got errors", { cause: errors });
  return (data._service as { sdl: string }).sdl;
}
