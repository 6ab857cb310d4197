import type { IncomingHttpHeaders } from "node:http";
import type { GraphQLRequestContext } from "@apollo/server";
import type { ExecutionResult, FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from "graphql";
import { LRUCache } from "lru-cache";
import type { RequestContext } from "./context.ts";
import { formatError } from "./errors.ts";
import type { Executor } from "./execution/executor.ts";
import { writeJson } from "./execution/json-text.ts";
import { traceHeader } from "./federated-tracing.ts";
import type { KnownOperations, KnownQuery } from "./known-operations.ts";
import type { OperationListener } from "./operation-listener.ts";

export interface DirectAnswersParts<Context extends RequestContext> {
  known: KnownOperations;
  execute: Executor;
  listeners: OperationListener<Context>[];
}

/** GraphQL by POST, its body parsed. */
export interface PostedRequest {
  headers: IncomingHttpHeaders;
  body: unknown;
}

export interface DirectAnswer {
  status: number;
  contentType: string;
  body: string;
}

type Body = Record<string, unknown>;
type Asked = Pick<GraphQLRequestContext<RequestContext>["request"], "query" | "variables" | "operationName">;
type Told<Context extends RequestContext> = GraphQLRequestContext<Context>;

/**
 * Answers queries that Apollo Server has answered before, with the bytes it would answer, without its pipeline: that takes
 * longer than most answers. Whatever is not as plain as can be is left to it: other methods, operations it has not seen,
 * mutations, what asks for a trace, what a check refuses, variables that don't fit.
 */
export class DirectAnswers<Context extends RequestContext> {
  // What Apollo Server answered with to each Accept header.
  private readonly contentTypes = new LRUCache<string, string>({
    max: 100,
    maxSize: 20_000,
    sizeCalculation: sizeOfText,
  });

  constructor(private readonly parts: DirectAnswersParts<Context>) {
    this.contentTypes.set("", "application/json; charset=utf-8");
  }

  /** Undefined where the request is Apollo Server's to answer, and nothing has been done. */
  answer(
    { headers, body }: PostedRequest,
    createContext: () => Context,
  ): DirectAnswer | undefined | Promise<DirectAnswer | undefined> {
    const asked = headers[traceHeader] ? undefined : readBody(body);
    const query = asked && this.parts.known.find(asked.query as string, asked.operationName);
    const contentType = query && this.contentTypes.get(headers.accept ?? "");
    if (!contentType) return undefined;

    const told = tell(asked, query, createContext());
    try {
      for (const listener of this.parts.listeners) listener.didResolveOperation?.(told as never);
    } catch {
      return undefined;
    }
    const { document, operation } = query;
    const { operationName, variables } = asked;
    const result = this.parts.execute({
      document,
      operation,
      operationName,
      variables,
      context: told.contextValue,
      asJson: true,
    });
    const write = (executed: ExecutionResult): DirectAnswer | undefined =>
      executed.data === undefined ? undefined : { contentType, ...this.write(executed, told) };
    return result instanceof Promise ? result.then(write) : write(result);
  }

  /** Learns in which form Apollo Server answers whom, from what it answered with 200 to GraphQL by POST. */
  learn({ accept }: IncomingHttpHeaders, contentType: unknown): void {
    if (typeof contentType === "string") this.contentTypes.set(accept ?? "", contentType);
  }

  private write({ data, errors }: ExecutionResult, told: Told<Context>): Pick<DirectAnswer, "status" | "body"> {
    const head = { status: 200 };
    // Before anybody is told: what is nested too deep to be written here is Apollo Server's to answer, and to tell of.
    const written = writeJson(data) ?? "null";
    if (errors) {
      Object.assign(told, { errors });
      for (const listener of this.parts.listeners) listener.didEncounterErrors?.(told as never);
    }
    const formatted = errors?.map((error) => toClient(error, head));
    const singleResult: FormattedExecutionResult<Body> = {
      ...(formatted && { errors: formatted }),
      data: data as Body,
    };
    told.response.body = { kind: "single", singleResult };
    for (const listener of this.parts.listeners) listener.willSendResponse?.(told as never);
    // Errors first, and a line's end, as Apollo Server writes it.
    const toldErrors = singleResult.errors ? `"errors":${JSON.stringify(singleResult.errors)},` : "";
    return { status: head.status, body: `{${toldErrors}"data":${written}}\n` };
  }
}

/** What Apollo Server would understand of the body; undefined for what it might refuse, or understand as something more. */
function readBody(body: unknown): (Asked & { query: string }) | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const { query, variables, operationName, extensions } = body as Body;
  if (typeof query !== "string" || (extensions !== undefined && extensions !== null)) return undefined;
  if (operationName !== undefined && operationName !== null && typeof operationName !== "string") return undefined;
  if (typeof variables !== "object" && variables !== undefined) return undefined;
  if (Array.isArray(variables)) return undefined;
  const asked: Asked & { query: string } = { query };
  if (variables) asked.variables = variables as Body;
  if (typeof operationName === "string") asked.operationName = operationName;
  return asked;
}

function tell<Context extends RequestContext>(
  request: Asked & { query: string },
  { document, operation }: KnownQuery,
  contextValue: Context,
): Told<Context> {
  const operationName = operation.name?.value ?? null;
  return { request, source: request.query, document, operation, operationName, contextValue, response: {} } as never;
}

// A refusal may bring its status along, in an extension that clients don't see.
function toClient(error: GraphQLError, head: { status: number }): GraphQLFormattedError {
  const { http, ...extensions } = error.extensions as { http?: { status?: number }; code?: unknown };
  if (typeof http?.status === "number") head.status = http.status;
  const code = extensions.code ?? "INTERNAL_SERVER_ERROR";
  return formatError({ ...error.toJSON(), extensions: { ...extensions, code } }, error);
}

function sizeOfText(contentType: string, accept: string): number {
  return contentType.length + accept.length + 1;
}
