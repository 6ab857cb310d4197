import { ApolloServerErrorCode, unwrapResolverError } from "@apollo/server/errors";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { ProviderError } from "../http/provider-error.ts";
import { isErrorCode } from "./error-code.ts";

/** The codes of ours that clients may rely on, beside Apollo's own. */
export type ErrorCode =
  | "BAD_USER_INPUT"
  | "PROVIDER_UNAVAILABLE"
  | "PROVIDER_TIMEOUT"
  | "PROVIDER_MALFORMED"
  | "LEDGER_UNAVAILABLE"
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "TOO_MANY_PAID_FIELDS"
  | "TOO_MANY_REPRESENTATIONS"
  | "OPERATION_TOO_LARGE"
  | "NOT_FOUND"
  | "INTERNAL_SERVER_ERROR";

/** The client's own mistake in what it sent; the message is for its developer. */
export function badUserInput(message: string, status?: 400): GraphQLError {
  return refusal("BAD_USER_INPUT", message, status);
}

/** Nobody knows who asks. The message says what was expected, never what was wrong with a token. */
export function unauthenticated(message: string): GraphQLError {
  return refusal("UNAUTHENTICATED", message, 401);
}

/** The caller is known and may not do this. */
export function forbidden(scope: string): GraphQLError {
  return refusal("FORBIDDEN", `This needs the scope ${scope}.`);
}

/** The operation as a whole asks for too much of something. */
export function tooLarge(what: string, most: number): GraphQLError {
  return refusal("OPERATION_TOO_LARGE", `Expected at most ${most} ${what} in one operation, got more.`, 400);
}

/** An operation asks for more paid fields than one may; `most` is how many. */
export function tooManyPaidFields(most: number): GraphQLError {
  return refusal("TOO_MANY_PAID_FIELDS", `Expected at most ${most} paid mutations in one operation, got more.`, 400);
}

export function tooManyRepresentations(most: number): GraphQLError {
  return refusal("TOO_MANY_REPRESENTATIONS", `Expected at most ${most} representations in one request, got more.`, 400);
}

/** There is nothing at this address. */
export function notFound(): GraphQLError {
  return refusal("NOT_FOUND", "There is nothing here: expected POST or GET /graphql.", 404);
}

function refusal(code: ErrorCode, message: string, status?: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...(status && { http: { status } }) } });
}

/** A failure of ours that clients may tell apart by its code; what lies behind it is in the log only. */
export class CodedError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly clientMessage: string,
    { message, cause }: { message: string; cause: unknown },
  ) {
    super(message, { cause });
    this.name = new.target.name;
  }
}

const providerFailures: Record<ProviderError["kind"], { code: ErrorCode; message: string }> = {
  unavailable: { code: "PROVIDER_UNAVAILABLE", message: "The data provider is not available at the moment." },
  timeout: { code: "PROVIDER_TIMEOUT", message: "The data provider did not answer in time." },
  malformed: { code: "PROVIDER_MALFORMED", message: "The data provider's answer could not be used." },
};

/**
 * The one place where an error becomes what a client sees: ours by their code, GraphQL's own as they are, and
 * everything else masked. The cause is not told here; the log has it under the request's id.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  if (original instanceof ProviderError) return asClientError(formatted, toProviderFailure(original));
  if (original instanceof CodedError) {
    return asClientError(formatted, { message: original.clientMessage, code: original.code });
  }
  if (original instanceof GraphQLError && isKnownCode(formatted.extensions?.code)) {
    return asClientError(formatted, {
      message: withoutValues(formatted.message),
      code: String(formatted.extensions?.code),
    });
  }
  if (isArgumentError(original)) {
    return asClientError(formatted, { message: withoutValues(original.message), code: "BAD_USER_INPUT" });
  }
  return asClientError(formatted, { message: "Something went wrong on our side.", code: "INTERNAL_SERVER_ERROR" });
}

/** The same for what goes wrong around GraphQL: while a request is read, or its caller is made out. */
export function toClientError(error: Error): { status: number; error: GraphQLFormattedError } {
  if (error instanceof GraphQLError) {
    const { http, ...extensions } = error.extensions as { http?: { status: number } };
    return { status: http?.status ?? 400, error: { message: error.message, extensions } };
  }
  if (error instanceof CodedError && error.code === "UNAUTHENTICATED") {
    return { status: 401, error: { message: error.clientMessage, extensions: { code: error.code } } };
  }
  const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
  if (status === 413) return { status, error: clientError("OPERATION_TOO_LARGE", "Expected a smaller request body.") };
  if (status < 500) {
    return { status, error: clientError("BAD_REQUEST", "The request could not be read: expected GraphQL as JSON.") };
  }
  return { status: 500, error: clientError("INTERNAL_SERVER_ERROR", "Something went wrong on our side.") };
}

function clientError(code: ErrorCode | "BAD_REQUEST", message: string): GraphQLFormattedError {
  return { message, extensions: { code } };
}

/** Whether the cause of this error is of interest to an operator, rather than the client's own doing. */
export function isOperatorsConcern(error: unknown): boolean {
  const original = unwrapResolverError(error);
  return !(original instanceof GraphQLError) || !(isKnownCode(original.extensions.code) || isArgumentError(original));
}

// A null for what may not be null can pass validation, by a variable; graphql-js finds it out while resolving, and gives no code.
function isArgumentError(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && error.extensions.code === undefined && /^Argument "/.test(error.message);
}

/** What the log gets of an error: a provider's failure by its facts, anything else as `err`. */
export function describeForLog(error: unknown): object {
  const original = unwrapResolverError(error);
  if (!(original instanceof ProviderError)) return { err: original };
  const { provider, kind, status, oursToFix, message, cause } = original;
  return { provider, kind, status, oursToFix, reason: message, causeCode: codeOf(cause) };
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && "code" in cause && isErrorCode(cause.code) ? cause.code : undefined;
}

// graphql-js repeats what a client sent in the message about it. That may be a name or a number that identifies somebody,
// and messages are kept and passed on by routers and browsers.
function withoutValues(message: string): string {
  const variable = /^Variable "(\$\w+)" got invalid value .*?(?: at "([\w.[\]]+)")?; /s.exec(message);
  if (variable) return `Variable "${variable[1]}" has an invalid value${variable[2] ? ` at "${variable[2]}"` : ""}.`;
  if (/^Expected value of type "[^"]+", found /.test(message))
    return message.replace(/, found .*$/s, ", found something else.");
  return message
    .replace(/^(Argument "\w+" has invalid value) .*$/s, "$1.")
    .replace(/^(Syntax Error: .*?(?:found|Unexpected) (?:Name|String|BlockString|Int|Float)) ".*$/s, "$1.")
    .replace(/^((?:Enum )?"?\w+"? cannot represent ).*$/s, "$1this value.")
    .replace(/^(Unknown operation named) ".*$/s, "$1 that.")
    .replace(/^(Value) ".*(" does not exist in)/s, '$1 "…$2');
}

function toProviderFailure(error: ProviderError) {
  return { ...providerFailures[error.kind], provider: error.provider };
}

interface ClientError {
  message: string;
  code: string;
  provider?: string;
}

function asClientError({ locations, path }: GraphQLFormattedError, { message, ...extensions }: ClientError) {
  return { message, ...(locations && { locations }), ...(path && { path }), extensions };
}

const ourRefusals: ErrorCode[] = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "TOO_MANY_PAID_FIELDS",
  "TOO_MANY_REPRESENTATIONS",
  "OPERATION_TOO_LARGE",
];

const knownCodes = new Set<unknown>([
  ...Object.values(ApolloServerErrorCode).filter((code) => code !== ApolloServerErrorCode.INTERNAL_SERVER_ERROR),
  ...ourRefusals,
]);

function isKnownCode(code: unknown): boolean {
  return knownCodes.has(code);
}
