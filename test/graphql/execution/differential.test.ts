import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  print,
  validate,
} from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatError } from "../../../src/graphql/errors.ts";
import { compiledExecutor, type Executor, interpretedExecutor } from "../../../src/graphql/execution/executor.ts";
import { OperationWriter } from "../../security/random-operation.ts";
import { Random } from "../../support/random.ts";
import { unrulySchema } from "./unruly-schema.ts";

// A failure tells its seed and its number; DIFFERENTIAL_SEED=… runs the same again, DIFFERENTIAL_RUNS=… more of them.
// At the gate they are always the same.
const seed = Number(process.env.DIFFERENTIAL_SEED ?? (process.env.CI ? 1 : Math.floor(Math.random() * 2 ** 31)));
const runs = Number(process.env.DIFFERENTIAL_RUNS ?? 800);

// graphql-js leaves to nobody what a list still waits for when one of its items takes the list with it.
let unhandled = 0;
const count = () => {
  unhandled += 1;
};
const others = process.listeners("unhandledRejection");
beforeAll(() => {
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", count);
});
afterAll(() => {
  process.off("unhandledRejection", count);
  for (const listener of others) process.on("unhandledRejection", listener);
});

describe(`compiled execution with DIFFERENTIAL_SEED=${seed}`, () => {
  const schema = unrulySchema(seed);
  const operations = validOperations(schema);

  it("answers as graphql-js does, whatever resolvers do", { timeout: 120_000 }, async () => {
    const [compiled, interpreted] = [compiledExecutor(schema), interpretedExecutor(schema)];
    let failed = 0;
    for (const operation of operations) {
      const expected = await told(interpreted, operation);
      // Twice, for the second time it is known.
      for (const time of ["first", "second"]) {
        expect(await told(compiled, operation), `${time} time, ${describeOperation(operation)}`).toEqual(expected);
      }
      if (expected.errors) failed += 1;
    }
    await quiet();

    // Otherwise little would have been compared.
    expect(failed).toBeGreaterThan(operations.length / 10);
    expect(operations.length - failed).toBeGreaterThan(operations.length / 10);
  });

  it("leaves no rejection to the process", { timeout: 120_000 }, async () => {
    const compiled = compiledExecutor(schema);
    await quiet();
    unhandled = 0;
    for (const operation of operations) {
      if (operation.operation.operation === "query") await compiled({ ...operation, context: {} });
    }
    await quiet();

    expect(unhandled).toBe(0);
  });
});

/** Waits until nothing is on its way any more: no resolver here takes longer than a few turns of the event loop. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Operation {
  number: number;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
}

function validOperations(schema: GraphQLSchema): Operation[] {
  const writer = new OperationWriter(schema, new Random(seed));
  const operations: Operation[] = [];
  for (let number = 0; operations.length < runs; number += 1) {
    const { query, variables } = writer.write(number % 10 === 0 ? "mutation" : "query");
    const document = readable(schema, query);
    const operation = document && getOperationAST(document);
    if (operation) operations.push({ number, document, operation, variables });
  }
  return operations;
}

function describeOperation({ number, document, variables }: Operation): string {
  return `DIFFERENTIAL_SEED=${seed}, operation ${number}:\n${print(document)}\n${JSON.stringify(variables)}`;
}

function readable(schema: GraphQLSchema, query: string): DocumentNode | null {
  try {
    const document = parse(query);
    return validate(schema, document).length === 0 ? document : null;
  } catch {
    return null;
  }
}

async function told(execute: Executor, { document, operation, variables }: Operation) {
  const { data, errors } = await execute({ document, operation, variables, context: {} });
  // As text, for the order of what is answered counts too; of errors that come at the same time it does not.
  return { data: JSON.stringify(data), ...(errors && { errors: errors.map(toldError).sort() }) };
}

function toldError(error: NonNullable<ExecutionResult["errors"]>[number]): string {
  const formatted = { ...error.toJSON(), extensions: { code: "INTERNAL_SERVER_ERROR", ...error.extensions } };
  return JSON.stringify(formatError(formatted, error));
}
