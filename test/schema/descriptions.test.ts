import { type FieldDefinitionNode, Kind, type StringValueNode, type TypeDefinitionNode, visit } from "graphql";
import { describe, expect, it } from "vitest";
import { directivesOf, fieldsOf, ourTypes } from "../support/our-schema.ts";

// The root types belong to the whole supergraph: a description from each subgraph would contradict the others.
const shared = ["Query", "Mutation"];

describe.each(ourTypes.map((type) => [type.name.value, type] as const))("%s", (name, type) => {
  it("and all it is made of are described", () => {
    expect(undescribed(type)).toEqual(shared.includes(name) ? [name] : []);
  });
});

describe("the check", () => {
  it("covers every kind of thing that can be described", () => {
    expect(new Set(ourTypes.map(({ kind }) => kind))).toEqual(
      new Set([
        Kind.OBJECT_TYPE_DEFINITION,
        Kind.INTERFACE_TYPE_DEFINITION,
        Kind.UNION_TYPE_DEFINITION,
        Kind.INPUT_OBJECT_TYPE_DEFINITION,
        Kind.ENUM_TYPE_DEFINITION,
        Kind.SCALAR_TYPE_DEFINITION,
      ]),
    );
  });
});

describe("a paid mutation", () => {
  const isPaid = (field: FieldDefinitionNode) => directivesOf(field).includes('@tag(name: "paid")');
  const firstLine = ({ description }: FieldDefinitionNode) => description?.value.split("\n")[0];

  it.each(
    fieldsOf("Mutation")
      .filter(isPaid)
      .map((field) => [field.name.value, field] as const),
  )("says first that it costs money: %s", (_, field) => {
    expect(firstLine(field)).toMatch(/\bcosts money\b/i);
  });

  it("is every mutation but the one that settles a charge, which says that it costs nothing", () => {
    const others = fieldsOf("Mutation").filter((field) => !isPaid(field));

    expect(others.map(({ name }) => name.value)).toEqual(["settleProviderCharge"]);
    expect(others.map(firstLine)).toEqual([expect.stringMatching(/\bcosts nothing\b/i)]);
  });
});

function undescribed(type: TypeDefinitionNode): string[] {
  const found: string[] = [];
  const check = (node: { name: { value: string }; description?: StringValueNode }) => {
    if (!node.description?.value.trim()) found.push(node.name.value);
  };
  visit(type, {
    ObjectTypeDefinition: check,
    InterfaceTypeDefinition: check,
    UnionTypeDefinition: check,
    InputObjectTypeDefinition: check,
    EnumTypeDefinition: check,
    ScalarTypeDefinition: check,
    FieldDefinition: check,
    InputValueDefinition: check,
    EnumValueDefinition: check,
  });
  return found;
}
