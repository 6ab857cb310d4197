import { type DocumentNode, getOperationAST, parse, validate, visit } from "graphql";
import { KnownOperations, type KnownQuery } from "../../src/graphql/known-operations.ts";
import { createSchema } from "../../src/schema.ts";

/**
 * The way operations are executed in this run of the tests, by TEST_EXECUTION:
 * - `compiled`, the default: as in production; Apollo Server answers what it sees for the first time, so most of the tests
 * - `direct`: what production answers directly from the second time on is answered directly from the first
 * - `interpreted`: everything by Apollo Server and graphql-js
 */
const tested = process.env.TEST_EXECUTION ?? "compiled";
if (!["compiled", "direct", "interpreted"].includes(tested)) {
  throw new Error(`TEST_EXECUTION: expected compiled, direct or interpreted, got ${tested}`);
}

export const testedExecution = {
  environment: { EXECUTION: tested === "interpreted" ? "interpreted" : "compiled" },
  known: (): KnownOperations | undefined => (tested === "direct" ? new EverythingKnown() : undefined),
};

/** As if every valid query had been asked before. */
class EverythingKnown extends KnownOperations {
  private readonly schema = createSchema();

  override find(text: string, operationName: string | undefined): KnownQuery | undefined {
    return super.find(text, operationName) ?? this.read(text, operationName);
  }

  private read(text: string, operationName: string | undefined): KnownQuery | undefined {
    try {
      const document = parse(text);
      // Whether one may ask for the schema itself is a setting of Apollo Server's.
      if (asksForSchema(document) || validate(this.schema, document).length > 0) return undefined;
      const operation = getOperationAST(document, operationName);
      return operation?.operation === "query" ? { document, operation } : undefined;
    } catch {
      return undefined;
    }
  }
}

function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    Field({ name }) {
      if (name.value === "__schema" || name.value === "__type") asks = true;
    },
  });
  return asks;
}
