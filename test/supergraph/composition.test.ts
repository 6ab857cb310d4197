import { ApolloGateway } from "@apollo/gateway";
import { Kind, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { directivesOf, fieldsOf, ourTypes } from "../support/our-schema.ts";
import { composeBoth, composeSupergraph, ourSdl, withoutScopes } from "./compose.ts";
import { neighbourSdl } from "./neighbour.ts";

const urls = { ours: "http://127.0.0.1:1/graphql", loans: "http://127.0.0.1:2/graphql" };

describe("schema/diligence.graphql", () => {
  it("composes alone", () => {
    expect(composeSupergraph([{ name: "diligence", url: urls.ours, sdl: ourSdl }])).toContain("type Company");
  });

  it("composes beside a neighbour that points at each of our entities and adds fields to it", () => {
    const supergraph = parse(composeBoth(urls));

    const entities = ourTypes.filter(({ directives }) => directives?.some(({ name }) => name.value === "key"));
    const added = entities.map(({ name }) => {
      const type = supergraph.definitions.find(
        (one) => one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === name.value,
      );
      const names =
        type?.kind === Kind.OBJECT_TYPE_DEFINITION ? (type.fields ?? []).map((field) => field.name.value) : [];
      const ours = new Set(fieldsOf(name.value).map((field) => field.name.value));
      return [name.value, names.filter((field) => !ours.has(field))];
    });
    expect(Object.fromEntries(added)).toEqual({
      BusinessCreditReport: ["lendingDecision"],
      Company: ["loans", "creditLine"],
      ProviderCharge: ["bookedTo"],
      Verification: ["loanOfficer"],
    });
  });

  it("keeps its scopes, its prices and its tags in the supergraph", () => {
    const supergraph = composeBoth(urls);

    expect(supergraph).toContain('@requiresScopes(scopes: [["company:refresh"]])');
    expect(supergraph).toContain("@cost(weight: 1000)");
    expect(supergraph).toContain('@tag(name: "paid")');
    expect(supergraph).toContain('@listSize(slicingArguments: ["first"], sizedFields: ["edges"]');
  });
});

describe("a contract without what is tagged paid", () => {
  // What a contract does: what carries the tag becomes inaccessible.
  const contract = (sdl: string) =>
    sdl.replaceAll('@tag(name: "paid")', '@tag(name: "paid") @federation__inaccessible');

  it("composes, and leaves no mutation but the one that costs nothing", () => {
    const supergraph = parse(composeBoth(urls, contract));

    const mutation = supergraph.definitions.find(
      (one) => one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === "Mutation",
    );
    const fields = mutation?.kind === Kind.OBJECT_TYPE_DEFINITION ? (mutation.fields ?? []) : [];
    const open = fields.filter((field) => !directivesOf(field).some((one) => one.includes("inaccessible")));
    expect(open.map(({ name }) => name.value)).toEqual(["settleProviderCharge"]);
    expect(fields).toHaveLength(4);
  });
});

describe("a neighbour's field that requires one of ours", () => {
  const creditLine = ' @requiresScopes(scopes: [["company:read"]])';

  it("must carry the same scopes, or nothing composes", () => {
    const open = neighbourSdl.replace(creditLine, "");

    expect(open).not.toBe(neighbourSdl);
    expect(() =>
      composeSupergraph([
        { name: "diligence", url: urls.ours, sdl: ourSdl },
        { name: "loans", url: urls.loans, sdl: open },
      ]),
    ).toThrow(/requiresScopes/);
  });
});

describe("@apollo/gateway", () => {
  const load = async (supergraphSdl: string) => {
    const gateway = new ApolloGateway({ supergraphSdl, logger: silent });
    await gateway.load();
    await gateway.stop();
  };
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

  it("refuses a supergraph with @requiresScopes", async () => {
    await expect(load(composeBoth(urls))).rejects.toThrow(/requiresScopes/);
  });

  it("takes one that is composed from the SDL without it, which has everything else", async () => {
    const supergraph = composeBoth(urls, withoutScopes);

    await expect(load(supergraph)).resolves.toBeUndefined();
    expect(supergraph).not.toContain("requiresScopes");
    expect(supergraph).toContain("refreshCompanyReport");
  });
});
