import {
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  visit,
} from "graphql";
import { type CoerceVariables, compileVariables } from "./coerce-variables.ts";
import { type Asked, CompiledQuery, type QueryParts } from "./compiled-query.ts";

// A document with many conditions has many outcomes; more than these at a time are not kept.
const maxOutcomes = 8;

/** A validated query, with what has been compiled of it by the outcomes of its @skip and @include. */
export class PreparedOperation {
  private readonly parts: QueryParts;
  private readonly conditions: readonly string[];
  private readonly coerce: CoerceVariables;
  private readonly outcomes = new Map<string, CompiledQuery>();

  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    this.parts = { schema, operation, fragments: fragmentsOf(document) };
    this.conditions = conditionsOf(operation, this.parts.fragments);
    this.coerce = compileVariables(schema, operation.variableDefinitions ?? []);
  }

  /** How many compiled fields it held when it was last asked whether it has grown. */
  size = 1;

  /** Whether more has been compiled since this was last asked. */
  hasGrown(): boolean {
    let fields = 1;
    for (const query of this.outcomes.values()) fields += query.size;
    const grown = fields !== this.size;
    this.size = fields;
    return grown;
  }

  /** As graphql-js would: what is wrong with a variable is an error of a result without data. */
  execute(asked: Asked, given: Record<string, unknown> | undefined): ExecutionResult | Promise<ExecutionResult> {
    const { errors, coerced } = this.coerce(given ?? {});
    return errors ? { errors } : this.compiledFor(coerced).execute(asked, coerced);
  }

  private compiledFor(variables: Record<string, unknown>): CompiledQuery {
    let outcome = "";
    for (const name of this.conditions) outcome += markOf(variables[name]);
    const known = this.outcomes.get(outcome);
    if (known) return known;
    if (this.outcomes.size >= maxOutcomes) this.outcomes.clear();
    const query = new CompiledQuery(this.parts);
    this.outcomes.set(outcome, query);
    return query;
  }
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return fragments;
}

/** The variables that decide what is left out of this operation, or taken in: others may be of any size. */
function conditionsOf(operation: OperationDefinitionNode, fragments: QueryParts["fragments"]): string[] {
  const names = new Set<string>();
  const reached = new Set<string>();
  const look = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      Directive({ name, arguments: given = [] }) {
        if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) return;
        for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      },
      FragmentSpread({ name }) {
        const fragment = fragments[name.value];
        if (!fragment || reached.has(name.value)) return;
        reached.add(name.value);
        look(fragment);
      },
    });
  };
  look(operation);
  return [...names].sort();
}

// One letter for each, so that no two outcomes are written alike and nothing of what was sent is kept.
function markOf(condition: unknown): string {
  if (typeof condition === "boolean") return condition ? "t" : "f";
  return condition === null ? "n" : "-";
}

/** Whether compiling does it justice: no name of the answer means something else to a JavaScript object. */
export function isCompilable(document: DocumentNode): boolean {
  let plain = true;
  visit(document, {
    Field({ alias, name }) {
      if ((alias ?? name).value === "__proto__") plain = false;
    },
  });
  return plain;
}
