import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { FastifyBaseLogger } from "fastify";
import {
  type DocumentNode,
  type GraphQLSchema,
  execute as interpret,
  type OperationDefinitionNode,
  OperationTypeNode,
} from "graphql";
import type { Caller, RequestContext } from "./context.ts";
import { createDocumentStore } from "./document-store.ts";
import { describeForLog, formatError, isOperatorsConcern } from "./errors.ts";
import type { Executor } from "./execution/executor.ts";
import { asksForTrace, federatedTracing } from "./federated-tracing.ts";
import type { OperationListener } from "./operation-listener.ts";

export interface ApolloOptions {
  schema: GraphQLSchema;
  production: boolean;
  /** Whether every request that comes this far has shown that it came through the router. */
  routerOnly: boolean;
  log: FastifyBaseLogger;
  /** Looks at a validated operation before anything is resolved; throws what refuses it. */
  checkOperation(operation: ResolvedOperation): void;
  /** How operations are executed; by graphql-js without it. */
  execute?: Executor | undefined;
  /** Told of operations beside the service's own listeners. */
  alsoTell?: OperationListener<never>[] | undefined;
}

export interface ResolvedOperation {
  operation: OperationDefinitionNode;
  document: DocumentNode;
  variables: Record<string, unknown> | undefined;
  caller: Caller;
}

/** The GraphQL server, apart from HTTP. */
export function createApollo<Context extends RequestContext>({
  schema,
  production,
  routerOnly,
  log,
  checkOperation,
  execute,
  alsoTell = [],
}: ApolloOptions): ApolloServer<Context> {
  return new ApolloServer<Context>({
    ...(execute ? { gateway: executedBy(execute, schema) } : { schema }),
    introspection: !production,
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    // Whoever asks sends the text each time, so that there is no text the bounds have not been held against.
    persistedQueries: false,
    documentStore: createDocumentStore(),
    stopOnTerminationSignals: false,
    validationOptions: { maxErrors: maxValidationErrors },
    formatError,
    logger: quietly(log),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      federatedTracing(routerOnly),
      // The server says `no-store` of itself.
      ApolloServerPluginCacheControlDisabled(),
      // An APOLLO_KEY in the environment, there for another tool, would have operations reported to Apollo.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ...[...ownListeners<Context>(checkOperation), ...(alsoTell as OperationListener<Context>[])].map(asPlugin),
    ],
  });
}

function asPlugin<Context extends RequestContext>(listener: OperationListener<Context>): ApolloServerPlugin<Context> {
  const listening = {
    didResolveOperation: async (told: never) => listener.didResolveOperation?.(told),
    didEncounterErrors: async (told: never) => listener.didEncounterErrors?.(told),
    willSendResponse: async (told: never) => listener.willSendResponse?.(told),
  };
  return { requestDidStart: async () => listening };
}

// The one way in which Apollo Server lets somebody else execute. There is no gateway.
function executedBy(execute: Executor, schema: GraphQLSchema): ApolloServerOptionsWithGateway<never>["gateway"] {
  return {
    load: async () => ({
      executor: async ({ document, operation, request: { operationName, variables, http }, context }) =>
        // What a trace is made of are the moments that graphql-js tells of.
        asksForTrace(http?.headers)
          ? interpret({ schema, document, operationName, variableValues: variables, contextValue: context })
          : execute({ document, operation, operationName, variables, context }),
    }),
    onSchemaLoadOrUpdate: (tell) => {
      tell({ apiSchema: schema, coreSupergraphSdl: "" });
      return () => {};
    },
    stop: async () => {},
  };
}

/** What the service does about every operation, by whichever way it is answered. */
export function ownListeners<Context extends RequestContext>(
  checkOperation: ApolloOptions["checkOperation"],
): OperationListener<Context>[] {
  return [refuse(checkOperation), tellErrors(), tellWatch()];
}

// Apollo writes errors' own messages into its lines; what went wrong is logged by us, without them.
function quietly(log: FastifyBaseLogger) {
  const say = (level: "debug" | "info" | "warn") => (message?: string) => log[level](`apollo: ${message}`);
  return {
    debug: say("debug"),
    info: say("info"),
    warn: say("warn"),
    error: () => log.error("apollo: an unexpected error"),
  };
}

// More would only help whoever is guessing what the schema has.
const maxValidationErrors = 5;

function refuse<Context extends RequestContext>(check: ApolloOptions["checkOperation"]): OperationListener<Context> {
  return {
    didResolveOperation({ operation, document, request, contextValue }) {
      if (operation) check({ operation, document, variables: request.variables, caller: contextValue.caller });
    },
  };
}

/** Logs the cause of what was masked, and gives the client the request's id to ask by. */
function tellErrors<Context extends RequestContext>(): OperationListener<Context> {
  return {
    didEncounterErrors({ errors, contextValue }) {
      for (const error of errors) {
        if (isOperatorsConcern(error)) contextValue.log.error(describeForLog(error), "a field failed");
      }
    },
    willSendResponse({ response, contextValue }) {
      if (response.body.kind !== "single") return;
      const { errors } = response.body.singleResult;
      if (!errors) return;
      response.body.singleResult.errors = errors.map((error) => ({
        ...error,
        extensions: { ...error.extensions, requestId: contextValue.requestId },
      }));
    },
  };
}

// Comes after the listener that completes the errors, and looks at nothing but their codes.
function tellWatch<Context extends RequestContext>(): OperationListener<Context> {
  return {
    didResolveOperation({ operation, contextValue }) {
      if (operation && operation.operation !== OperationTypeNode.SUBSCRIPTION) {
        contextValue.watch?.resolved(operation.operation);
      }
    },
    willSendResponse({ response, contextValue }) {
      if (response.body.kind !== "single") return;
      const { data, errors = [] } = response.body.singleResult;
      contextValue.watch?.answered(
        errors.map(({ extensions }) => extensions?.code),
        data !== null && data !== undefined,
      );
    },
  };
}
