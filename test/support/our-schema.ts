import { readFileSync } from "node:fs";
import { buildSubgraphSchema } from "@apollo/subgraph";
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type TypeDefinitionNode,
  visit,
} from "graphql";

/** What the committed SDL says, federation's own definitions put aside. */
export const ourDocument = documentOf(readFileSync("schema/diligence.graphql", "utf8"));

/** Every type that we define. */
export const ourTypes = ourDocument.definitions.filter(isTypeDefinition);

/** The schema as clients may use it, with what federation adds. */
export const ourSchema = subgraphSchema(print(ourDocument));

/** An SDL of ours without federation's own definitions. */
export function documentOf(sdl: string): DocumentNode {
  return visit(parse(sdl), {
    enter(node) {
      if (node.kind === Kind.DIRECTIVE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION) return null;
      return "name" in node && node.name && isFederations(node.name.value) && isTypeDefinition(node) ? null : undefined;
    },
  });
}

export function subgraphSchema(sdl: string): GraphQLSchema {
  return buildSubgraphSchema(parse(sdl));
}

export function objectType(name: string): ObjectTypeDefinitionNode {
  const found = ourTypes.find((type) => type.name.value === name);
  if (found?.kind !== Kind.OBJECT_TYPE_DEFINITION) throw new Error(`Expected an object type ${name}, got none`);
  return found;
}

export function fieldsOf(typeName: string): readonly FieldDefinitionNode[] {
  return objectType(typeName).fields ?? [];
}

/** The directives of a node as they are written, such as `@tag(name: "paid")`. */
export function directivesOf({ directives = [] }: Pick<FieldDefinitionNode, "directives">): string[] {
  return directives.map((directive) => print(directive));
}

/** The arguments of one directive by name, as they are written. */
export function directiveArguments({ directives = [] }: Pick<FieldDefinitionNode, "directives">, name: string) {
  const found = directives.find((directive) => directive.name.value === name);
  return (
    found && Object.fromEntries((found.arguments ?? []).map((one: ArgumentNode) => [one.name.value, print(one.value)]))
  );
}

function isTypeDefinition(node: { kind: Kind }): node is TypeDefinitionNode {
  return /TypeDefinition$/.test(node.kind);
}

function isFederations(name: string): boolean {
  return name.startsWith("_") || name.startsWith("link__") || name.startsWith("federation__");
}
