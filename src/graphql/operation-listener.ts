import type { GraphQLRequestListener } from "@apollo/server";
import type { RequestContext } from "./context.ts";

/**
 * Told of operations on their way: these moments are the same for those that Apollo Server answers and for those that are
 * answered directly. Of what it is told, only what these hooks of ours read is there in both.
 */
export type OperationListener<Context extends RequestContext> = Pick<
  GraphQLRequestListener<Context>,
  "didResolveOperation" | "didEncounterErrors" | "willSendResponse"
>;
