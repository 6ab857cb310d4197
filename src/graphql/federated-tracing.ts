import type { ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginInlineTraceDisabled } from "@apollo/server/plugin/disabled";
import { ApolloServerPluginInlineTrace } from "@apollo/server/plugin/inlineTrace";

/**
 * Field timings in `extensions.ftv1`, for a router that asks for them. Only where no request gets this far without the
 * router's secret: how long which lookup took is no client's to know. Errors in it have neither message nor extensions.
 */
export function federatedTracing(routerOnly: boolean): ApolloServerPlugin {
  return routerOnly
    ? ApolloServerPluginInlineTrace({ includeErrors: { masked: true } })
    : ApolloServerPluginInlineTraceDisabled();
}
