import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
} from "graphql";
import { Extensions } from "type-graphql";
import type { Caller, RequestContext } from "./context.ts";
import { forbidden } from "./errors.ts";
import { readingMember } from "./execution/member-reads.ts";
import { looksAtInfo, needsNoInfo } from "./execution/needs-no-info.ts";
import { findUnscoped } from "./selection-scopes.ts";

/** What a caller may do; each root field and each entity's field needs one of these. */
export type Scope =
  | "company:read"
  | "company:refresh"
  | "verification:read"
  | "verification:reverify"
  | "credit-report:read"
  | "credit-report:request"
  | "charge:read"
  | "charge:read-all"
  | "charge:settle";

/**
 * The one line that puts a scope on a field, or on every field of an entity but its key: from it come the
 * `@requiresScopes` in the SDL, which routers enforce, and the check at run time, which holds without a router.
 */
export function RequiresScope(scope: Scope) {
  return Extensions({ [extension]: scope });
}

/** Stamps the directive on every field that has a scope of its own or by its entity. To be done before the SDL is printed. */
export function stampScopes(schema: GraphQLSchema): void {
  for (const type of objectTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const scope = scopeDeclaredOn(field) ?? (isKey(type, field) ? undefined : scopeDeclaredOn(type));
      if (scope) addDirective(field, scope);
    }
  }
}

/** Makes every field that carries the directive refuse callers without its scope, before its own resolver is asked. */
export function enforceScopes(schema: GraphQLSchema): void {
  for (const type of objectTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const scope = scopeStampedOn(field);
      if (scope) guard(field, scope, isPaid(field));
    }
  }
}

/** The scope that a field of the finished schema is stamped with. */
export function scopeStampedOn({ astNode }: Pick<AnyField, "astNode">): string | undefined {
  const directive = astNode?.directives?.find(({ name }) => name.value === "requiresScopes");
  const lists = directive?.arguments?.[0]?.value;
  const first = lists?.kind === Kind.LIST ? lists.values[0] : undefined;
  const scope = first?.kind === Kind.LIST ? first.values[0] : undefined;
  return scope?.kind === Kind.STRING ? scope.value : undefined;
}

/** The names of the mutations that cost money. */
export function paidFieldsOf(schema: GraphQLSchema): ReadonlySet<string> {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  return new Set(mutations.filter(isPaid).map(({ name }) => name));
}

const extension = "requiredScope";

type AnyField = GraphQLField<unknown, RequestContext>;

function guard(field: AnyField, scope: string, paid: boolean): void {
  const { resolve } = field;
  // Who was let through last: a caller's scopes never change, and the next entity's field is asked for by the same one.
  let admitted: Caller | undefined;
  const check = ({ caller }: RequestContext) => {
    if (caller === admitted) return;
    if (!caller.can(scope)) throw forbidden(scope);
    admitted = caller;
  };
  if (!resolve) {
    field.resolve = readingMember(field.name, check);
    return;
  }
  const guarded: typeof resolve = (source, args, context, info) => {
    check(context);
    // Bought, and then not allowed to be seen, would be money for nothing.
    const unscoped = paid ? findUnscoped(info, context.caller) : undefined;
    if (unscoped) throw forbidden(unscoped);
    return resolve(source, args, context, info);
  };
  field.resolve = paid || looksAtInfo(resolve) ? guarded : needsNoInfo(guarded);
}

function isPaid({ astNode }: Pick<AnyField, "astNode">): boolean {
  return (
    astNode?.directives?.some(({ name, arguments: given }) => name.value === "tag" && /paid/.test(textOf(given))) ??
    false
  );
}

function textOf(given: ConstDirectiveNode["arguments"]): string {
  const value = given?.[0]?.value;
  return value?.kind === Kind.STRING ? value.value : "";
}

function objectTypes(schema: GraphQLSchema): GraphQLObjectType<unknown, RequestContext>[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith("__"),
  ) as never;
}

function scopeDeclaredOn({ extensions }: { extensions: object }): string | undefined {
  return (extensions as Record<string, string | undefined>)[extension];
}

function isKey(type: GraphQLObjectType, { name }: AnyField): boolean {
  const key = type.astNode?.directives?.find((directive) => directive.name.value === "key");
  return textOf(key?.arguments).split(" ").includes(name);
}

function addDirective(field: AnyField, scope: string): void {
  const { astNode } = field;
  const name = { kind: Kind.NAME, value: field.name } as const;
  const type = { kind: Kind.NAMED_TYPE, name } as const;
  const directive = directiveNode(`@requiresScopes(scopes: [[${JSON.stringify(scope)}]])`);
  field.astNode = {
    kind: Kind.FIELD_DEFINITION,
    name,
    type,
    ...astNode,
    directives: [...(astNode?.directives ?? []), directive],
  };
}

function directiveNode(text: string): ConstDirectiveNode {
  const [definition] = parse(`scalar Any ${text}`).definitions;
  const node = definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? definition.directives?.[0] : undefined;
  if (!node) throw new Error(`Expected a directive, got ${text}`);
  return node;
}
