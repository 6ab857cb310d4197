import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { LRUCache } from "lru-cache";
import { EntityTexts } from "./entity-texts.ts";
import { keepFields } from "./kept-fields.ts";
import { isCompilable, PreparedOperation } from "./prepared-operation.ts";

/** One validated operation to be executed. */
export interface Execution {
  document: DocumentNode;
  /** The operation of the document that is meant; undefined where there is none of that name. */
  operation: OperationDefinitionNode | undefined;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | undefined;
  context: unknown;
  /** Whether entities may stand in the data as `JsonText`, for whoever writes it with `writeJson`. */
  asJson?: boolean;
}

/** Executes an operation. What fails is told in the result. */
export type Executor = (execution: Execution) => ExecutionResult | Promise<ExecutionResult>;

/** graphql-js's own execution. */
export function interpretedExecutor(schema: GraphQLSchema): Executor {
  return ({ document, operationName, variables, context }) =>
    execute({ schema, document, operationName, variableValues: variables, contextValue: context });
}

// Some are asked once and never again. What is dropped is compiled anew when it is asked once more.
const rememberedBytes = 30_000_000;
const bytesOfAField = 600;
// An operation keeps its whole document, with every word of its text.
const bytesOfACharacter = 40;

export interface CompiledExecutorOptions {
  /** About how much memory compiled queries may take, in bytes. */
  maxSize?: number;
  /** The same for what they said of entities, as JSON; 0 keeps nothing of it. */
  entityTextMaxBytes?: number;
}

/**
 * Executes queries by what was compiled of them the first time they were asked, with the results, errors and paths of
 * graphql-js. Mutations are left to graphql-js: what costs money is executed by the code that everyone knows.
 */
export function compiledExecutor(
  schema: GraphQLSchema,
  { maxSize = rememberedBytes, entityTextMaxBytes = 0 }: CompiledExecutorOptions = {},
): Executor {
  const interpret = interpretedExecutor(schema);
  keepFields(schema);
  const prepared = new LRUCache<OperationDefinitionNode, PreparedOperation>({
    maxSize,
    sizeCalculation: (query, { loc }) =>
      query.size * bytesOfAField + (loc?.source.body.length ?? 0) * bytesOfACharacter,
  });
  const entityTexts = entityTextMaxBytes > 0 ? new EntityTexts(entityTextMaxBytes) : undefined;
  const prepare = ({ document, operation }: Execution): PreparedOperation | undefined => {
    if (operation?.operation !== "query") return undefined;
    const known = prepared.get(operation);
    if (known || !isCompilable(document)) return known;
    const made = new PreparedOperation(schema, document, operation);
    prepared.set(operation, made);
    return made;
  };
  return (execution) => {
    const query = prepare(execution);
    if (!query || !execution.operation) return interpret(execution);
    const { operation } = execution;
    const texts = execution.asJson ? entityTexts : undefined;
    const result = query.execute({ context: execution.context, texts }, execution.variables);
    // Parts are compiled when they are first met, so that what an operation takes grows while it is used.
    const weigh = () => {
      if (query.hasGrown()) prepared.set(operation, query);
    };
    if (result instanceof Promise) return result.finally(weigh);
    weigh();
    return result;
  };
}
