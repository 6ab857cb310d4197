import { Counter, Histogram, type Registry } from "prom-client";
import type { OperationType, RequestObserver, RequestOutcome } from "../graphql/request-observer.ts";
import { errorCodes } from "./known-labels.ts";
import type { RequestTracing } from "./tracing.ts";

const types: OperationType[] = ["query", "mutation", "none"];
const outcomes: RequestOutcome[] = ["ok", "partial", "refused", "failed", "aborted"];

// Ours and Apollo's own, which are few; anything longer or stranger could only be somebody's words.
const isCode = (code: unknown): code is string => typeof code === "string" && /^[A-Z_]{1,40}$/.test(code);
const maxCodes = 40;

/** Counts requests for GraphQL by what they are and how they end; nothing a client chose names anything here. */
export function watchRequests(registry: Registry, tracing: RequestTracing | undefined): RequestObserver {
  const duration = new Histogram({
    name: "diligence_request_duration_seconds",
    help: "How long requests for GraphQL took, by the type of their operation and how they ended.",
    labelNames: ["type", "outcome"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60],
    registers: [registry],
  });
  const errors = new Counter({
    name: "diligence_request_errors_total",
    help: "Errors that answers told of, by their code.",
    labelNames: ["code"],
    registers: [registry],
  });
  // Made before the first request: a series that appears with its first failure shows no increase, and no alert sees it.
  const durations = new Map(
    types.flatMap((type) => outcomes.map((outcome) => [type + outcome, duration.labels({ type, outcome })] as const)),
  );
  for (const type of types) for (const outcome of outcomes) duration.zero({ type, outcome });
  const codes = new Map<string, { inc(by?: number): void }>(errorCodes.map((code) => [code, errors.labels({ code })]));
  for (const counter of codes.values()) counter.inc(0);
  const countError = (code: unknown) => {
    const known = isCode(code) && (codes.has(code) || codes.size < maxCodes) ? code : "other";
    const counter = codes.get(known) ?? errors.labels({ code: known });
    codes.set(known, counter);
    counter.inc();
  };
  return {
    begin: () => {
      const beganMs = performance.now();
      const trace = tracing?.beginRequest();
      let type: OperationType = "none";
      let answer: RequestOutcome | undefined;
      return {
        run: (headers, work) => (trace ? trace.run(headers, work) : work()),
        resolved: (resolved) => {
          type = resolved;
        },
        answered: (codesOfErrors, hasData) => {
          codesOfErrors.forEach(countError);
          if (codesOfErrors.length === 0) answer = "ok";
          else answer = hasData ? "partial" : "failed";
        },
        end: ({ status, complete }) => {
          const outcome = complete ? toOutcome(answer, status) : "aborted";
          durations.get(type + outcome)?.observe((performance.now() - beganMs) / 1000);
          trace?.end(type, outcome, status);
        },
      };
    },
  };
}

function toOutcome(answer: RequestOutcome | undefined, status: number): RequestOutcome {
  if (status >= 500) return "failed";
  if (status >= 400) return "refused";
  return answer ?? "ok";
}
