import type { GraphQLRequestListener } from "@apollo/server";
import type { RequestContext } from "./context.ts";

/**
 * Told of operations on their way: these moments are the same for those that Apollo Server answers and for those that are
 * answered directly. Nobody waits for anything in them. Of what it is told, only what these hooks of ours read is there in both.
 */
export type OperationListener<Context extends RequestContext> = {
  [Moment in "didResolveOperation" | "didEncounterErrors" | "willSendResponse"]?: (
    told: Parameters<NonNullable<GraphQLRequestListener<Context>[Moment]>>[0],
  ) => void;
};
