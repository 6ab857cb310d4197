import type { ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginInlineTraceDisabled } from "@apollo/server/plugin/disabled";
import { ApolloServerPluginInlineTrace } from "@apollo/server/plugin/inlineTrace";

/** By which a router asks for field timings. */
export const traceHeader = "apollo-federation-include-trace";

/** Whether a request's headers ask for field timings. */
export function asksForTrace(headers: { get(name: string): string | null | undefined } | undefined): boolean {
  return Boolean(headers?.get(traceHeader));
}

/**
 * Field timings in `extensions.ftv1`, for a router that asks for them. Only where no request gets this far without the
 * router's secret: how long which lookup took is no client's to know. Errors in it have neither message nor extensions.
 */
export function federatedTracing(routerOnly: boolean): ApolloServerPlugin {
  return routerOnly
    ? ApolloServerPluginInlineTrace({ includeErrors: { masked: true } })
    : ApolloServerPluginInlineTraceDisabled();
}
