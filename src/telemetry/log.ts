import { type DestinationStream, type LogFn, type Logger, type LoggerOptions, pino } from "pino";
import { type AnsweredRequest, requestMessage, type ServiceLog } from "../server/request-log.ts";
import { describeError } from "./describe-error.ts";
import { LineBuffer } from "./line-buffer.ts";
import { lineOfRequests } from "./request-line.ts";

/**
 * What a log line may say, by name. Anything else is left out, so that a name, an input or a provider's words can't get
 * into the log by somebody's oversight: whoever wants to log more has to name it here, and be asked why.
 */
const loggable = new Set([
  // the request
  "requestId",
  "method",
  "route",
  "status",
  "ms",
  // the process
  "signal",
  "port",
  "step",
  "credas",
  "truework",
  "youverify",
  // a provider's answer: in our words, never in theirs
  "provider",
  "kind",
  "oursToFix",
  "reason",
  "causeCode",
  // a charge
  "chargeId",
  "attempt",
  "operation",
  "state",
  "resultId",
  "settled",
  // what went wrong, without its message
  "err",
]);

const maxTextLength = 300;

// Where nobody reads the log any more, lines are dropped rather than kept in memory for good.
const heldBytes = 16_000_000;

// The provider's id of what was bought is the one text of theirs that is needed: it is an id, or it is left out.
const idOfTheirs = /^[\w.-]{1,100}$/;

/** The service's log: JSON lines on stdout, or wherever a test wants them. */
export function createLog(level: string, destination = toStdout()): Logger & ServiceLog {
  const options: LoggerOptions = {
    level,
    formatters: { log: pickLoggable },
    serializers: { err: describeError },
    hooks: { logMethod: sayInOwnWords },
  };
  const log = pickingBindings(pino(options, destination));
  const lineOf = lineOfRequests((request) => sayOnce(options, request));
  const answered = (request: AnsweredRequest) => {
    if (log.isLevelEnabled("info")) destination.write(lineOf(request));
  };
  return Object.assign(log, { answered });
}

function sayOnce(options: LoggerOptions, request: AnsweredRequest): string {
  let said = "";
  const write = (line: string) => {
    said = line;
  };
  pino({ ...options, level: "info" }, { write }).info(request, requestMessage);
  return said;
}

function toStdout(): DestinationStream {
  const lines = new LineBuffer(pino.destination({ sync: false, maxLength: heldBytes }));
  // Before the destination writes what it has itself.
  process.prependListener("exit", () => lines.flush());
  return lines;
}

// Pino formats what a line says, but not what a child is bound to; its children inherit this.
function pickingBindings(log: Logger): Logger {
  const { child } = log;
  log.child = function (this: Logger, bindings: Record<string, unknown>, options?: object) {
    return child.call(this, pickLoggable(bindings), options);
  } as Logger["child"];
  return log;
}

// Pino, and Fastify, take an error's own message where nobody gives another one.
// What would be put into a message goes: a message says what happened, and the facts beside it to what.
function sayInOwnWords(this: Logger, [facts, message]: Parameters<LogFn>, log: LogFn): void {
  const withFacts = typeof facts === "object" && facts !== null;
  const error = withFacts && "err" in facts ? facts.err : facts;
  const theirs = withFacts && (message === undefined || (error instanceof Error && message === error.message));
  if (typeof facts === "string") log.call(this, facts);
  else log.call(this, facts, theirs ? "an error" : message);
  // There is one such line for each request; every other one is written at once.
  if (message !== requestMessage) this.flush();
}

function pickLoggable(facts: Record<string, unknown>): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of Object.keys(facts)) {
    if (loggable.has(name) && isPlain(name, facts[name])) picked[name] = facts[name];
  }
  return picked;
}

function isPlain(name: string, value: unknown): boolean {
  if (name === "err") return true;
  if (name === "resultId" && typeof value === "string") return idOfTheirs.test(value);
  if (typeof value === "string") return value.length <= maxTextLength;
  return typeof value === "number" || typeof value === "boolean" || value === null;
}
