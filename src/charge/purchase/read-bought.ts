import type { DataProvider } from "../../graphql/data-provider.ts";
import type { EntityLoader } from "../../graphql/entity-loader.ts";
import { ProviderError } from "../../http/provider-error.ts";
import type { ChargeContext } from "../charge.context.ts";
import { inTime } from "./in-time.ts";

export interface Bought<Entity> {
  provider: DataProvider;
  /** What the provider answered the paid call with, or why it can't be read; null where this process has no answer at hand. */
  answered: Entity | ProviderError | null;
  /** The provider's id of what was bought, as it is on record. */
  resultId: string | null;
  /** Keeps what was answered, and reads what was not. */
  loader: Pick<EntityLoader<Entity>, "keep" | "load">;
}

/**
 * What was bought: as the provider's paid answer had it, else as it is now. An error instead, to stand beside the success,
 * if it can't be had: the charge stands all the same.
 */
export async function readBought<Entity extends { id: string }>(
  bought: Bought<Entity>,
  context: Pick<ChargeContext, "paidFieldsUntilMs" | "now">,
): Promise<Entity | Error> {
  const { provider, answered, resultId, loader } = bought;
  if (answered && !(answered instanceof Error)) {
    loader.keep(answered.id, answered);
    return answered;
  }
  if (resultId === null) return answered ?? nothingToShow(provider);
  return inTime(loader.load(resultId), provider, context).then(
    (entity) => entity ?? nothingToShow(provider),
    (error: Error) => error,
  );
}

/** The error beside a success whose entity is gone, or was never told. */
export function nothingToShow(provider: DataProvider): ProviderError {
  return new ProviderError({ provider, kind: "malformed", message: "expected what was bought, found nothing to show" });
}
