import type {
  ExecutionResult,
  FragmentDefinitionNode,
  GraphQLError,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from "graphql";
import { CompiledSelection } from "./compiled-selection.ts";
import { FieldErrors } from "./field-errors.ts";
import { isPromise, type Run } from "./run.ts";

export interface QueryParts {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
}

/** Who asks, and where entities may be told as JSON. */
export type Asked = Pick<Run, "context" | "texts">;

/** A query made ready to be executed many times, for one outcome of the conditions in it. */
export class CompiledQuery {
  private readonly compiling = { fields: 0 };
  private readonly root: CompiledSelection;

  constructor(private readonly parts: QueryParts) {
    // A schema without queries is none.
    const type = parts.schema.getQueryType() as GraphQLObjectType;
    this.root = new CompiledSelection(type, [parts.operation], this.compiling);
  }

  /** How many fields have been compiled so far. */
  get size(): number {
    return this.compiling.fields;
  }

  /** Never throws and never rejects: what fails is an error in the result. */
  execute({ context, texts }: Asked, variables: Record<string, unknown>): ExecutionResult | Promise<ExecutionResult> {
    const errors = new FieldErrors();
    const run: Run = { context, variables, errors, parts: this.parts, texts, passed: undefined, reading: undefined };
    const lose = (error: unknown): ExecutionResult => {
      errors.add(error as GraphQLError, undefined);
      return respond(null, errors);
    };
    try {
      const data = this.root.readFields(run, undefined, undefined);
      return isPromise(data) ? data.then((awaited) => respond(awaited, errors), lose) : respond(data, errors);
    } catch (error) {
      return lose(error);
    }
  }
}

function respond(data: ExecutionResult["data"], { list }: FieldErrors): ExecutionResult {
  return list.length > 0 ? { errors: list, data: data ?? null } : { data: data ?? null };
}
