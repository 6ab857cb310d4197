import { isObjectType, isUnionType, type NamedTypeNode, type TypeNode } from "graphql";
import { describe, expect, it } from "vitest";
import { scopeStampedOn } from "../../src/graphql/scopes.ts";
import { createSchema } from "../../src/schema.ts";
import { directivesOf, fieldsOf, objectType, ourSchema, ourTypes } from "../support/our-schema.ts";

const rootScopes: Record<string, string> = {
  company: "company:read",
  companies: "company:read",
  verification: "verification:read",
  verifications: "verification:read",
  businessCreditReport: "credit-report:read",
  providerCharge: "charge:read",
  providerCharges: "charge:read",
  refreshCompanyReport: "company:refresh",
  reverifyVerification: "verification:reverify",
  requestBusinessCreditReport: "credit-report:request",
  settleProviderCharge: "charge:settle",
};
const entityScopes: Record<string, string> = {
  Company: "company:read",
  Verification: "verification:read",
  BusinessCreditReport: "credit-report:read",
};
const ownScopes: Record<string, string> = { "Company.creditReports": "credit-report:read" };

const stamp = (scope: string) => `@requiresScopes(scopes: [["${scope}"]])`;
const requires = (directives: string[]) => directives.filter((directive) => directive.startsWith("@requiresScopes"));

describe("every root field", () => {
  const rootFields = ["Query", "Mutation"].flatMap((root) => fieldsOf(root));

  it("has its scope in the SDL, and none is forgotten", () => {
    const stamped = Object.fromEntries(rootFields.map((field) => [field.name.value, requires(directivesOf(field))]));

    expect(stamped).toEqual(
      Object.fromEntries(Object.entries(rootScopes).map(([name, scope]) => [name, [stamp(scope)]])),
    );
  });
});

describe.each(Object.entries(entityScopes))("every field of %s", (type, scope) => {
  it("but its key has a scope in the SDL, and the type itself has none", () => {
    for (const field of fieldsOf(type)) {
      const name = field.name.value;
      const own = ownScopes[`${type}.${name}`] ?? scope;
      expect([name, requires(directivesOf(field))]).toEqual([name, name === "id" ? [] : [stamp(own)]]);
    }
    expect(requires(directivesOf(objectType(type)))).toEqual([]);
  });
});

describe("what is stamped in the SDL", () => {
  it("is what holds at run time, field by field", () => {
    const schema = createSchema();
    const places = (which: typeof schema) =>
      Object.values(which.getTypeMap()).flatMap((type) =>
        isObjectType(type) && !type.name.startsWith("_")
          ? Object.values(type.getFields()).map(
              (field) => [`${type.name}.${field.name}`, scopeStampedOn(field)] as const,
            )
          : [],
      );

    expect(new Map(places(schema))).toEqual(new Map(places(ourSchema)));
    for (const [place, scope] of places(schema)) {
      const [type = "", field = ""] = place.split(".");
      const found = schema.getType(type);
      const resolve = isObjectType(found) ? found.getFields()[field]?.resolve : undefined;
      if (scope === undefined) continue;
      const asked = () => resolve?.({}, {}, { caller: { id: "nobody", can: () => false } } as never, {} as never);
      expect(asked, place).toThrow(`This needs the scope ${scope}.`);
    }
  });
});

describe("data of an entity or a charge", () => {
  // Types that hold something of a provider's or of the ledger's, and may therefore not be reached without a scope.
  const scoped = (type: string, field: string) =>
    requires(directivesOf(fieldsOf(type).find(({ name }) => name.value === field) ?? {})).length > 0;

  it("is reached through a field with a scope, or as the result of a paid mutation", () => {
    const open: string[] = [];
    const seen = new Set<string>();
    const walk = (type: string): void => {
      if (seen.has(type)) return;
      seen.add(type);
      const found = ourSchema.getType(type);
      if (isUnionType(found)) for (const member of found.getTypes()) walk(member.name);
      if (!isObjectType(found)) return;
      for (const field of fieldsOf(type)) {
        open.push(`${type}.${field.name.value}`);
        // Root fields are entered as if their scope were there: what lies behind paid mutations is what is looked at.
        if (!scoped(type, field.name.value) || type === "Mutation") walk(namedType(field.type).name.value);
      }
    };
    walk("Mutation");

    const entities = ["Company", "Verification", "BusinessCreditReport"];
    const bare = open.filter((place) => entities.includes(place.split(".")[0] ?? "") && !scopedPlace(place));
    expect(bare).toEqual(entities.map(() => expect.stringMatching(/\.id$/)));
    for (const hidden of ["CompanyReport", "VerificationReport", "VerificationTarget", "BusinessCreditRating"]) {
      expect(seen, `${hidden} is reached without a scope`).not.toContain(hidden);
    }
  });

  const scopedPlace = (place: string) => {
    const [type = "", field = ""] = place.split(".");
    return scoped(type, field);
  };

  it("of a charge has guarded entrances only", () => {
    const entrances = ourTypes.flatMap((type) =>
      "fields" in type && type.kind === "ObjectTypeDefinition"
        ? (type.fields ?? [])
            .filter((field) => namedType(field.type).name.value.startsWith("ProviderCharge"))
            .map((field) => `${type.name.value}.${field.name.value}`)
        : [],
    );
    const guarded = ["Query.providerCharge", "Query.providerCharges"];
    const inside = entrances.filter((place) => /^ProviderCharge(Connection|Edge)?\./.test(place));
    const others = entrances.filter((place) => !inside.includes(place) && !guarded.includes(place));

    expect(guarded.every((place) => entrances.includes(place) && scopedPlace(place))).toBe(true);
    // Everything else is the result of a mutation, which has a scope, and there it is the caller's own or the settler's.
    const results = new Set(
      fieldsOf("Mutation").flatMap((field) => {
        const union = ourSchema.getType(namedType(field.type).name.value);
        return isUnionType(union) ? union.getTypes().map(({ name }) => name) : [];
      }),
    );
    expect(others.filter((place) => !results.has(place.split(".")[0] ?? ""))).toEqual([]);
  });
});

function namedType(type: TypeNode): NamedTypeNode {
  return type.kind === "NamedType" ? type : namedType(type.type);
}
