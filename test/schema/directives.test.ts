import { Kind } from "graphql";
import { describe, expect, it } from "vitest";
import { directiveArguments, directivesOf, fieldsOf, objectType, ourTypes } from "../support/our-schema.ts";

const rootFields = ["Query", "Mutation"].flatMap((root) => fieldsOf(root));

describe("a paid mutation", () => {
  it.each(["refreshCompanyReport", "reverifyVerification", "requestBusinessCreditReport"])(
    "is tagged as paid, and costs more than any read: %s",
    (name) => {
      const mutation = fieldsOf("Mutation").find((field) => field.name.value === name);

      expect(directivesOf(mutation ?? {})).toContain('@tag(name: "paid")');
      expect(Number(directiveArguments(mutation ?? {}, "cost")?.weight)).toBeGreaterThanOrEqual(1000);
    },
  );

  it("is nullable, so that an error beside it can't wipe out what was paid for", () => {
    const kinds = fieldsOf("Mutation").map(({ name, type }) => [name.value, type.kind]);

    expect(kinds.filter(([, kind]) => kind === Kind.NON_NULL_TYPE)).toEqual([]);
  });
});

describe("a query", () => {
  it.each(fieldsOf("Query").map((field) => [field.name.value, field] as const))(
    "is not tagged as paid: %s",
    (_, field) => {
      expect(directivesOf(field).join()).not.toContain("paid");
    },
  );
});

describe("a field that gives a connection", () => {
  const connections = ourTypes
    .flatMap((type) => (type.kind === Kind.OBJECT_TYPE_DEFINITION ? (type.fields ?? []) : []))
    .filter(({ type }) => type.kind === Kind.NAMED_TYPE && type.name.value.endsWith("Connection"));

  it("is nullable, and exists", () => {
    expect(connections.map(({ name }) => name.value)).toContain("verifications");
  });

  it.each(connections.map((field) => [field.name.value, field] as const))("tells a router its size: %s", (_, field) => {
    expect(directivesOf(field)).toContain(
      '@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)',
    );
  });
});

describe("a list without pages", () => {
  it("tells a router its size at most", () => {
    const companies = rootFields.find(({ name }) => name.value === "companies");

    expect(directivesOf(companies ?? {})).toContain("@listSize(assumedSize: 100)");
  });
});

describe("types that other subgraphs have or point at", () => {
  it("PageInfo is shareable", () => {
    expect(directivesOf(objectType("PageInfo"))).toEqual(["@shareable"]);
  });

  it.each(["Company", "Verification", "BusinessCreditReport", "ProviderCharge"])(
    "%s is an entity by its id, and nothing else",
    (name) => {
      expect(directivesOf(objectType(name))).toEqual(['@key(fields: "id")']);
    },
  );

  it("no other type is an entity", () => {
    const keyed = ourTypes.filter((type) => directivesOf(type).some((directive) => directive.startsWith("@key")));

    expect(keyed.map(({ name }) => name.value).sort()).toEqual([
      "BusinessCreditReport",
      "Company",
      "ProviderCharge",
      "Verification",
    ]);
  });
});
