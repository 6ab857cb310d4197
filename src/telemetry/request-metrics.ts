import type { IncomingHttpHeaders } from "node:http";
import { Counter, Histogram, type Registry } from "prom-client";
import type { OperationType, RequestObserver, RequestOutcome, RequestWatch } from "../graphql/request-observer.ts";
import { errorCodes } from "./known-labels.ts";
import type { RequestTrace, RequestTracing } from "./tracing.ts";

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
  for (const type of types) for (const outcome of outcomes) duration.zero({ type, outcome });
  const codes = new Set<string>(errorCodes);
  for (const code of codes) errors.inc({ code }, 0);
  const countError = (told: unknown) => {
    const code = isCode(told) && (codes.has(told) || codes.size < maxCodes) ? told : "other";
    codes.add(code);
    errors.inc({ code });
  };
  const observe = (type: OperationType, outcome: RequestOutcome, ms: number) =>
    duration.observe({ type, outcome }, ms / 1000);
  return { begin: () => new CountedRequest({ countError, observe }, tracing?.beginRequest()) };
}

interface Counting {
  countError(code: unknown): void;
  observe(type: OperationType, outcome: RequestOutcome, ms: number): void;
}

class CountedRequest implements RequestWatch {
  private readonly beganMs = performance.now();
  private type: OperationType = "none";
  private answer: RequestOutcome | undefined;

  constructor(
    private readonly counting: Counting,
    private readonly trace: RequestTrace | undefined,
  ) {}

  run<Result>(headers: IncomingHttpHeaders, work: () => Result): Result {
    return this.trace ? this.trace.run(headers, work) : work();
  }

  resolved(type: OperationType): void {
    this.type = type;
  }

  answered(codes: readonly unknown[], hasData: boolean): void {
    for (const code of codes) this.counting.countError(code);
    if (codes.length === 0) this.answer = "ok";
    else this.answer = hasData ? "partial" : "failed";
  }

  end({ status, complete }: { status: number; complete: boolean }): void {
    const outcome = complete ? toOutcome(this.answer, status) : "aborted";
    this.counting.observe(this.type, outcome, performance.now() - this.beganMs);
    this.trace?.end(this.type, outcome, status);
  }
}

function toOutcome(answer: RequestOutcome | undefined, status: number): RequestOutcome {
  if (status >= 500) return "failed";
  if (status >= 400) return "refused";
  return answer ?? "ok";
}
