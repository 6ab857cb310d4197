import type { RequestListener } from "node:http";
import { onTestFinished } from "vitest";
import type { Providers } from "../../src/providers.ts";
import type { Environment } from "../../src/settings.ts";
import { clientsCalling } from "./clients.ts";
import { type RecordedRequest, startRecordingProvider } from "./recording-provider.ts";

export interface Circumstances {
  environment?: Environment;
  /** How long a paid call waits. The service's own setting starts at a second. */
  paidTimeoutMs?: number;
}

export interface AnsweredProviders extends Providers {
  /** Every request that came over the wire, in the order it came. */
  requests: RecordedRequest[];
}

/** The three clients, calling a provider on loopback that answers like this. All of it is let go when the test ends. */
export async function providersAnswering(
  answer: RequestListener,
  circumstances: Circumstances = {},
): Promise<AnsweredProviders> {
  const provider = await startRecordingProvider(answer);
  const providers = providersAt(provider.baseUrl, circumstances);
  onTestFinished(() => provider.close());
  return { ...providers, requests: provider.requests };
}

/** The three clients, calling whatever is at this address. */
export function providersAt(baseUrl: string, { environment, paidTimeoutMs }: Circumstances = {}): Providers {
  const { providers, close } = clientsCalling(baseUrl, environment, paidTimeoutMs);
  onTestFinished(async () => {
    await close();
  });
  return providers;
}
