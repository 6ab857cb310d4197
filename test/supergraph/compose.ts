import { readFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { Kind, parse, print, visit } from "graphql";
import { neighbourSdl } from "./neighbour.ts";

export const ourSdl = readFileSync(new URL("../../schema/diligence.graphql", import.meta.url), "utf8");

export interface Subgraph {
  name: string;
  url: string;
  sdl: string;
}

/** The supergraph of these subgraphs; throws every reason there is against one. */
export function composeSupergraph(subgraphs: readonly Subgraph[]): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ sdl, ...subgraph }) => ({ ...subgraph, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl) return supergraphSdl;
  throw new AggregateError(errors ?? [], `It does not compose: ${errors?.map(({ message }) => message).join("; ")}`);
}

/** Our subgraph beside its neighbour, each at its address. */
export function composeBoth(urls: { ours: string; loans: string }, change = (sdl: string) => sdl): string {
  return composeSupergraph([
    { name: "diligence", url: urls.ours, sdl: change(ourSdl) },
    { name: "loans", url: urls.loans, sdl: change(neighbourSdl) },
  ]);
}

/** An SDL for routers that refuse `@requiresScopes`; our subgraph enforces the scopes itself. */
export function withoutScopes(sdl: string): string {
  const isScopes = (name: string) => /^(federation__)?(requiresScopes|Scope)$/.test(name);
  const document = visit(parse(sdl), {
    Directive: ({ name }) => (isScopes(name.value) ? null : undefined),
    DirectiveDefinition: ({ name }) => (isScopes(name.value) ? null : undefined),
    ScalarTypeDefinition: ({ name }) => (isScopes(name.value) ? null : undefined),
    ListValue: (list) => ({
      ...list,
      values: list.values.filter((value) => value.kind !== Kind.STRING || value.value !== "@requiresScopes"),
    }),
  });
  return print(document);
}
