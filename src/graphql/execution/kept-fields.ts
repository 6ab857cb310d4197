import { type GraphQLFieldMap, type GraphQLObjectType, type GraphQLSchema, isObjectType } from "graphql";

type Fields = GraphQLFieldMap<unknown, unknown>;

const kept = new WeakMap<GraphQLObjectType, Fields>();

/**
 * Keeps every field as it is now. Apollo Server wraps all resolvers of its schema when the first federated trace is asked
 * for, and never takes that back; compiled queries go on with what was there before.
 */
export function keepFields(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || kept.has(type)) continue;
    const fields: Fields = Object.create(null);
    for (const [name, field] of Object.entries(type.getFields())) fields[name] = { ...field };
    kept.set(type, fields);
  }
}

export function fieldsOf(type: GraphQLObjectType): Fields {
  return kept.get(type) ?? type.getFields();
}
