import { GraphQLError } from "graphql";
import { describe, expect, it } from "vitest";
import { LedgerUnavailableError } from "../../src/charge/ledger/ledger-unavailable.ts";
import { ProviderError } from "../../src/http/provider-error.ts";
import { describeError } from "../../src/telemetry/describe-error.ts";
import { createLog } from "../../src/telemetry/log.ts";
import type { Json } from "../support/graph-answer.ts";

const planted = "Planted-Ada-Specimen-4711";

function logOf(write: (log: ReturnType<typeof createLog>) => void): { text: string; lines: Json[] } {
  const written: string[] = [];
  write(createLog("trace", { write: (line: string) => void written.push(line) }));
  return { text: written.join(""), lines: written.map((line) => JSON.parse(line)) };
}

describe("the log", () => {
  it("drops what nobody listed by name", () => {
    const facts = {
      name: planted,
      email: planted,
      query: planted,
      variables: { a: planted },
      url: planted,
      body: planted,
    };

    const { text, lines } = logOf((log) => log.info({ ...facts, status: 200 }, "a line"));

    expect(text).not.toContain(planted);
    expect(lines).toMatchObject([{ msg: "a line", status: 200 }]);
  });

  it("drops what is listed but no plain value", () => {
    const { text, lines } = logOf((log) =>
      log.info({ status: { text: planted }, reason: [planted], provider: () => planted, kind: "timeout" }, "a line"),
    );

    expect(text).not.toContain(planted);
    expect(lines).toMatchObject([{ kind: "timeout" }]);
  });

  it("drops texts of more than 300 characters", () => {
    const { lines } = logOf((log) => {
      log.info({ reason: "x".repeat(300) }, "a line");
      log.info({ reason: "x".repeat(301) }, "a line");
    });

    expect(lines[0]).toHaveProperty("reason");
    expect(lines[1]).not.toHaveProperty("reason");
  });

  it.each(["id with blanks", "Ada Specimen", "a@b", "x".repeat(101), "<html>", "line\nbreak"])(
    "drops a provider's id that does not look like one: %j",
    (resultId) => {
      expect(logOf((log) => log.info({ resultId }, "a line")).lines[0]).not.toHaveProperty("resultId");
    },
  );

  it("has a provider's id that looks like one", () => {
    expect(logOf((log) => log.info({ resultId: "vr_1-a.B" }, "a line")).lines).toMatchObject([
      { resultId: "vr_1-a.B" },
    ]);
  });

  it("drops unlisted facts from children too", () => {
    expect(logOf((log) => log.child({ requestId: "1" }).warn({ secret: planted }, "a line")).text).not.toContain(
      planted,
    );
  });

  it("drops unlisted facts that a child, or its child, is bound to, and what would be put into a message", () => {
    const { text, lines } = logOf((log) => {
      const child = log.child({ requestId: "1", secret: planted });
      child.info("one %s", planted);
      child.child({ secret: planted }).info("two");
    });

    expect(text).not.toContain(planted);
    expect(lines).toMatchObject([{ requestId: "1" }, { requestId: "1" }]);
  });

  it.each<[string, (log: ReturnType<typeof createLog>, error: Error) => void]>([
    ["alone", (log, error) => log.error(error)],
    ["as err alone", (log, error) => log.error({ err: error })],
    ["with a message of ours", (log, error) => log.error({ err: error }, "ours")],
    ["with its own message, as Fastify does", (log, error) => log.error({ err: error }, error.message)],
    ["with its own message beside it", (log, error) => log.error(error, error.message)],
    ["under another name", (log, error) => log.error({ error }, "ours")],
    ["as a cause", (log, error) => log.error({ err: new Error("outer", { cause: error }) }, "ours")],
  ])("never has a foreign error's message: %s", (_, write) => {
    const foreign = Object.assign(new Error(`connect ${planted}`), { detail: planted, code: "ECONNREFUSED" });

    const { text, lines } = logOf((log) => write(log, foreign));

    expect(text).not.toContain(planted);
    expect(lines[0].level).toBe(50);
  });
});

describe("what is told of an error", () => {
  it("is its type, its code and its frames", () => {
    const error = Object.assign(new TypeError(planted), { code: "ERR_INVALID_URL" });

    const told = describeError(error);

    expect(told).toMatchObject({ type: "TypeError", code: "ERR_INVALID_URL" });
    expect(told).not.toHaveProperty("message");
    expect(told.frames?.[0]).toContain("log.test.ts");
  });

  it("is its message where it is ours", () => {
    const provider = new ProviderError({
      provider: "CREDAS",
      kind: "malformed",
      message: "expected an object, got a list",
    });

    expect(describeError(provider).message).toBe("credas: expected an object, got a list");
    expect(describeError(new LedgerUnavailableError(new Error(planted)))).toMatchObject({
      message: "ledger: expected the database to answer, it did not",
      cause: { type: "Error" },
    });
  });

  it.each([
    `${planted}\n    at ${planted} (/a/b.js:1:1)`,
    `\n    at ${planted} (/a/b.js:1:1)\n    at ${planted} (/a/b.js:2:2)`,
    `first\n at ${planted}:1:1`,
  ])("has no frames that its message makes up", (message) => {
    expect(JSON.stringify(describeError(new Error(message)))).not.toContain(planted);
    expect(JSON.stringify(describeError(new Error("outer", { cause: new Error(message) })))).not.toContain(planted);
  });

  it("has no code or type that is a text of somebody's", () => {
    const error = Object.assign(new Error("a"), { code: `${planted} is not allowed` });
    error.name = `${planted} <script>`;

    expect(JSON.stringify(describeError(error))).not.toContain(planted);
  });

  it("is no more than the kind of what is no error", () => {
    expect(describeError(planted)).toEqual({ type: "string" });
    expect(describeError({ message: planted })).toEqual({ type: "object" });
    expect(describeError(undefined)).toEqual({ type: "undefined" });
  });

  it("looks behind GraphQL's own error, and at three causes at most", () => {
    const deep = [1, 2, 3, 4, 5, 6].reduce<Error>(
      (cause, i) => new Error(`${planted}${i}`, { cause }),
      new RangeError("end"),
    );

    const told = describeError(new GraphQLError(planted, { originalError: deep }));

    expect(JSON.stringify(told)).not.toContain(planted);
    expect(told.cause?.cause?.cause).toBeDefined();
    expect(told.cause?.cause?.cause?.cause).toBeUndefined();
  });
});
