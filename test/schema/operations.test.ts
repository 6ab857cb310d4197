import { readdirSync, readFileSync } from "node:fs";
import { executeCodegen, loadContext } from "@graphql-codegen/cli";
import { concatAST, type DocumentNode, Kind, parse, TypeInfo, validate, visit, visitWithTypeInfo } from "graphql";
import { describe, expect, it } from "vitest";
import { fieldsOf, ourSchema } from "../support/our-schema.ts";

const files = readdirSync("schema/operations").filter((name) => name.endsWith(".graphql"));
const documents = files.map((name) => parse(readFileSync(`schema/operations/${name}`, "utf8")));
// Fragments are shared between the files, so that a file alone need not be complete.
const everything = concatAST(documents);

describe("schema/operations", () => {
  it("is valid against the graph", () => {
    expect(files.length).toBeGreaterThan(0);
    expect(validate(ourSchema, everything).map(({ message }) => message)).toEqual([]);
  });

  it("asks for every root field of ours", () => {
    const ours = ["Query", "Mutation"].flatMap((root) => fieldsOf(root).map(({ name }) => `${root}.${name.value}`));

    expect(rootFieldsOf(everything)).toEqual(new Set(ours));
  });

  it.each(files)("%s holds at most one operation", (name) => {
    const { definitions } = parse(readFileSync(`schema/operations/${name}`, "utf8"));

    expect(definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length).toBeLessThanOrEqual(1);
  });
});

describe("test/generated/operations.ts", () => {
  it("is what codegen makes of schema/operations", async () => {
    const { result, error } = await executeCodegen(await loadContext("codegen.yml"));

    expect(error).toBeNull();
    expect(result.map(({ filename }) => filename)).toEqual(["test/generated/operations.ts"]);
    const same = result[0]?.content === readFileSync("test/generated/operations.ts", "utf8");
    expect(same, "The operations or the graph have changed. Run `npm run codegen` and commit the result.").toBe(true);
  });
});

function rootFieldsOf(document: DocumentNode): Set<string> {
  const types = new TypeInfo(ourSchema);
  const found = new Set<string>();
  const note = {
    Field({ name }: { name: { value: string } }) {
      const parent = types.getParentType()?.name;
      if (parent === "Query" || parent === "Mutation") found.add(`${parent}.${name.value}`);
    },
  };
  visit(document, visitWithTypeInfo(types, note));
  return found;
}
