import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { BreakerState, HttpObserver } from "../http/http-observer.ts";
import { oddities, providers } from "./known-labels.ts";
import type { CallTracing } from "./tracing.ts";

const breakerStates: Record<BreakerState, number> = { closed: 0, "half-open": 1, open: 2 };

/** Counts calls to providers, by endpoint and how they ended, and traces them where there is a tracing. */
export function watchProviders(registry: Registry, tracing: CallTracing | undefined): HttpObserver {
  const registers = [registry];
  const duration = new Histogram({
    name: "diligence_provider_call_duration_seconds",
    help: "How long calls to providers took, by endpoint and how they ended. A retry is a call of its own.",
    labelNames: ["provider", "method", "endpoint", "paid", "outcome"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    registers,
  });
  const retries = new Counter({
    name: "diligence_provider_retries_total",
    help: "Reads that were tried again.",
    labelNames: ["provider"],
    registers,
  });
  const breaker = new Gauge({
    name: "diligence_provider_breaker_state",
    help: "A provider's breaker: 0 closed, 1 half open, 2 open.",
    labelNames: ["provider"],
    registers,
  });
  const odd = new Counter({
    name: "diligence_provider_odd_answers_total",
    help: "Answers that were not as a provider's pages describe them, usable or not, by what was odd.",
    labelNames: ["provider", "kind"],
    registers,
  });
  const crowdedOut = new Counter({
    name: "diligence_provider_crowded_out_total",
    help: "Calls that could not be sent in their time: `rate` by the provider's limit, `turn` by our calls at once.",
    labelNames: ["provider", "why"],
    registers,
  });
  const refused = new Counter({
    name: "diligence_provider_credentials_refused_total",
    help: "Calls that a provider refused for our key, our permissions or our API version.",
    labelNames: ["provider"],
    registers,
  });
  for (const provider of providers) {
    breaker.set({ provider }, breakerStates.closed);
    retries.inc({ provider }, 0);
    refused.inc({ provider }, 0);
    for (const kind of oddities) odd.inc({ provider, kind }, 0);
    for (const why of ["rate", "turn"]) crowdedOut.inc({ provider, why }, 0);
  }

  const nothing = {};
  return {
    begin: (call) => {
      const { provider, method, endpoint, paid } = call;
      const beganMs = performance.now();
      const span = tracing?.beginCall(call);
      return {
        headers: span?.headers ?? nothing,
        end: (outcome, status) => {
          duration.observe(
            { provider, method, endpoint, paid: String(paid), outcome },
            (performance.now() - beganMs) / 1000,
          );
          if (outcome === "refused-credentials") refused.inc({ provider });
          span?.end(outcome, status);
        },
      };
    },
    retried: (provider) => retries.inc({ provider }),
    breakerMoved: (provider, state) => breaker.set({ provider }, breakerStates[state]),
    oddAnswer: (provider, kind) => odd.inc({ provider, kind }),
    crowdedOut: (provider, why) => crowdedOut.inc({ provider, why }),
  };
}
