import { type DocumentNode, getOperationAST, parse, validate, visit } from "graphql";
import { KnownOperations, type KnownQuery } from "../../src/graphql/known-operations.ts";
import { createSchema } from "../../src/schema.ts";
import { testedExecution } from "./tested-environment.ts";

/** What is known from the beginning in this run of the tests. */
export function knownFromTheBeginning(): KnownOperations | undefined {
  return testedExecution === "direct" ? new EverythingKnown() : undefined;
}

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
