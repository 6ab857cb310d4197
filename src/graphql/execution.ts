import { type ApolloOptions, ownListeners } from "./apollo.ts";
import type { RequestContext } from "./context.ts";
import { DirectAnswers } from "./direct-answers.ts";
import type { ExecutionSettings } from "./execution/execution-settings.ts";
import { compiledExecutor, type Executor } from "./execution/executor.ts";
import { KnownOperations } from "./known-operations.ts";
import type { OperationListener } from "./operation-listener.ts";

/** How operations are answered; with nothing in it where Apollo Server and graphql-js do everything. */
export interface Execution<Context extends RequestContext> {
  execute?: Executor;
  direct?: DirectAnswers<Context>;
  alsoTell?: OperationListener<never>[];
}

export interface ExecutionParts extends Pick<ApolloOptions, "schema" | "checkOperation"> {
  known?: KnownOperations | undefined;
}

export function createExecution<Context extends RequestContext>(
  { execution, entityTextMaxBytes }: ExecutionSettings,
  { schema, checkOperation, known = new KnownOperations() }: ExecutionParts,
): Execution<Context> {
  if (execution === "interpreted") return {};
  const execute = compiledExecutor(schema, { entityTextMaxBytes });
  const direct = new DirectAnswers<Context>({ known, execute, listeners: ownListeners(checkOperation) });
  return { execute, direct, alsoTell: [known.listener] };
}
