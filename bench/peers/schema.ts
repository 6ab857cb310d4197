import { readFileSync } from "node:fs";
import { buildSubgraphSchema } from "@apollo/subgraph";
import DataLoader from "dataloader";
import { type DocumentNode, type GraphQLSchema, Kind, parse, visit } from "graphql";
import { verifyCaller } from "./caller.ts";
import { type Company, findCompany, refreshCompany } from "./provider.ts";

export interface Context {
  companies: DataLoader<string, Company>;
}

/** What lives as long as a request. */
export async function createContext(authorization: string | null | undefined): Promise<Context> {
  await verifyCaller(authorization);
  return { companies: new DataLoader((ids) => Promise.all(ids.map(findCompany))) };
}

/** The service's own SDL, with the simplest resolvers that answer what is asked here. */
export function createSchema(): GraphQLSchema {
  const sdl = readFileSync(new URL("../../schema/diligence.graphql", import.meta.url), "utf8");
  return buildSubgraphSchema([
    {
      typeDefs: withoutFederationsOwn(parse(sdl)),
      resolvers: {
        Query: {
          company: (_: unknown, { id }: { id: string }, { companies }: Context) => companies.load(id),
          companies: (_: unknown, { ids }: { ids: string[] }, { companies }: Context) => companies.loadMany(ids),
        },
        Mutation: {
          refreshCompanyReport: async (
            _: unknown,
            { input: { companyId } }: { input: { companyId: string } },
            { companies }: Context,
          ) => {
            await refreshCompany(companyId);
            // Awaited here, for graphql-jit takes the promise in a member of a union for the company itself.
            const company = await companies.clear(companyId).load(companyId);
            return { __typename: "RefreshCompanyReportSuccess", company };
          },
        },
        Company: {
          __resolveReference: ({ id }: { id: string }, { companies }: Context) => companies.load(id),
        },
      } as never,
    },
  ]);
}

// The printed SDL tells them too; buildSubgraphSchema adds them itself.
function withoutFederationsOwn(document: DocumentNode): DocumentNode {
  const isOwn = (name: string) => /^(_|link__|federation__)/.test(name);
  return visit(document, {
    enter(node) {
      if (node.kind === Kind.DIRECTIVE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION) return null;
      return /TypeDefinition$/.test(node.kind) && "name" in node && node.name && isOwn(node.name.value)
        ? null
        : undefined;
    },
  });
}
