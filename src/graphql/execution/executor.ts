import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { LRUCache } from "lru-cache";
import { isCompilable, PreparedOperation } from "./prepared-operation.ts";

/** One validated operation to be executed. */
export interface Execution {
  document: DocumentNode;
  /** The operation of the document that is meant; undefined where there is none of that name. */
  operation: OperationDefinitionNode | undefined;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | undefined;
  context: unknown;
}

/** Executes an operation. What fails is told in the result. */
export type Executor = (execution: Execution) => ExecutionResult | Promise<ExecutionResult>;

/** graphql-js's own execution. */
export function interpretedExecutor(schema: GraphQLSchema): Executor {
  return ({ document, operationName, variables, context }) =>
    execute({ schema, document, operationName, variableValues: variables, contextValue: context });
}

export interface Remembered {
  /** How many operations are kept ready. */
  operations: number;
  /** How many compiled fields they may have together; one takes about half a kilobyte. */
  fields: number;
}

/**
 * Executes queries by what was compiled of them the first time they were asked, with the results, errors and paths of
 * graphql-js. Mutations are left to graphql-js: what costs money is executed by the code that everyone knows.
 */
export function compiledExecutor(
  schema: GraphQLSchema,
  { operations: max, fields: maxSize }: Remembered = { operations: 1_000, fields: 50_000 },
): Executor {
  const interpret = interpretedExecutor(schema);
  // By the operation itself, which lives as long as the parsed document is kept.
  const prepared = new LRUCache<OperationDefinitionNode, PreparedOperation | false>({ max, maxSize });
  const prepare = ({ document, operation }: Execution): PreparedOperation | false => {
    if (!operation) return false;
    const known = prepared.get(operation);
    if (known !== undefined) return known;
    const made = isCompilable(document, operation) && new PreparedOperation(schema, document, operation);
    prepared.set(operation, made, { size: 1 });
    return made;
  };
  return (execution) => {
    const query = prepare(execution);
    if (!query || !execution.operation) return interpret(execution);
    const result = query.execute(execution.context, execution.variables);
    // Parts are compiled when they are first met, so that what an operation takes grows while it is used.
    if (query.hasGrown()) prepared.set(execution.operation, query, { size: query.size });
    return result;
  };
}
