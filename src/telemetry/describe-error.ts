import { GraphQLError } from "graphql";
import { isErrorCode } from "../graphql/error-code.ts";
import { CodedError } from "../graphql/errors.ts";
import { ProviderError } from "../http/provider-error.ts";

export interface DescribedError {
  type: string;
  code?: unknown;
  /** Only of errors whose messages are ours. */
  message?: string;
  /** Where it came from, without the message. */
  frames?: string[];
  cause?: DescribedError;
}

const maxFrames = 12;
const maxFrameLength = 300;
const maxCauses = 3;

/**
 * What may be told of an error in the log. Messages of others are left out: databases quote values in them, clients quote
 * addresses, and providers anything at all.
 */
export function describeError(error: unknown, causes = maxCauses): DescribedError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (!(original instanceof Error)) return { type: typeof original };
  const { name, message, stack, cause } = original;
  return {
    type: isErrorCode(name) ? name : "Error",
    ...("code" in original && isErrorCode(original.code) && { code: original.code }),
    ...(hasOwnWords(original) && { message: original.message }),
    frames: framesOf(stack, message),
    ...(cause !== undefined && causes > 0 && { cause: describeError(cause, causes - 1) }),
  };
}

function hasOwnWords(error: Error): boolean {
  return error instanceof CodedError || error instanceof ProviderError;
}

// The stack begins with the message, whose lines may look like frames.
function framesOf(stack = "", message: string): string[] {
  const behind = stack.indexOf(message) + message.length;
  const frames = stack.slice(behind).split("\n");
  return frames
    .map((line) => line.trim())
    .filter((line) => /^at .*:\d+:\d+\)?$/.test(line) && line.length <= maxFrameLength)
    .slice(0, maxFrames);
}
