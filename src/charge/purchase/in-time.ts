import type { DataProvider } from "../../graphql/data-provider.ts";
import { ProviderError } from "../../http/provider-error.ts";
import { within } from "../../timing.ts";
import type { ChargeContext } from "../charge.context.ts";

/**
 * What is read after it was paid for, or an error to stand beside the success where it takes longer than the request's paid
 * fields wait: whoever paid should not wait for what can be queried later.
 */
export function inTime<Entity>(
  reading: Promise<Entity>,
  provider: DataProvider,
  { paidFieldsUntilMs, now }: Pick<ChargeContext, "paidFieldsUntilMs" | "now">,
): Promise<Entity | ProviderError> {
  const message = "expected what was bought in the time that paid fields wait, got nothing yet";
  return within(reading, paidFieldsUntilMs - now(), new ProviderError({ provider, kind: "timeout", message }));
}
