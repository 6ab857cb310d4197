import type { GraphQLField, GraphQLSchema } from "graphql";
import { Arg, buildSchemaSync, Ctx, Field, ID, InputType, Query, Resolver, UseMiddleware } from "type-graphql";
import { describe, expect, it } from "vitest";
import { looksAtInfo } from "../../src/graphql/execution/needs-no-info.ts";
import { callPlainQueries } from "../../src/graphql/plain-queries.ts";

@InputType()
class Wanted {
  @Field(() => String)
  name!: string;
}

@Resolver()
class FirmResolver {
  private readonly prefix = "firm";

  @Query(() => String)
  firm(@Ctx() { caller }: { caller: string }, @Arg("id", () => ID) id: string) {
    return `${this.prefix} ${id} for ${caller}`;
  }

  @Query(() => String)
  wanted(@Arg("wanted", () => Wanted) wanted: Wanted) {
    return wanted.name;
  }

  @Query(() => String)
  caller(@Ctx("caller") caller: string) {
    return caller;
  }

  @Query(() => String)
  @UseMiddleware((_action, next) => next())
  watched() {
    return "watched";
  }
}

function aSchema(): { schema: GraphQLSchema; resolverOf(name: string): GraphQLField<unknown, unknown>["resolve"] } {
  const schema = buildSchemaSync({ resolvers: [FirmResolver], validate: false });
  return { schema, resolverOf: (name) => schema.getQueryType()?.getFields()[name]?.resolve };
}

describe("a query whose parameters are plain", () => {
  it("is answered at once by its method, each parameter in its place", () => {
    const { schema, resolverOf } = aSchema();

    callPlainQueries(schema, [FirmResolver]);
    const resolve = resolverOf("firm");

    expect(resolve?.(undefined, { id: "1" }, { caller: "Ada" }, undefined as never)).toBe("firm 1 for Ada");
    expect(resolve && looksAtInfo(resolve)).toBe(false);
  });

  it.each([
    ["an input to make an instance of", "wanted"],
    ["a part of the context", "caller"],
    ["a middleware", "watched"],
  ])("is left to type-graphql where it has %s", (_what, name) => {
    const { schema, resolverOf } = aSchema();
    const theirs = resolverOf(name);

    callPlainQueries(schema, [FirmResolver]);

    expect(resolverOf(name)).toBe(theirs);
  });

  it("is left alone where its method is of another graph", () => {
    const { schema, resolverOf } = aSchema();
    const theirs = resolverOf("firm");

    callPlainQueries(schema, []);

    expect(resolverOf("firm")).toBe(theirs);
  });
});
