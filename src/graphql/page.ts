import type { GraphQLError } from "graphql";
import { Directive, Field, ObjectType } from "type-graphql";
import { badUserInput } from "./errors.ts";

const maxPageSize = 100;
const maxIds = 100;

@ObjectType({ simpleResolvers: true, description: "Where a page of a list stands in the whole." })
@Directive("@shareable")
export class PageInfo {
  @Field(() => Boolean, { description: "Whether there is more after this page." })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Whether there is something before this page." })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: "The cursor of the page's first edge; null on an empty page." })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The cursor of the page's last edge, to be given as `after`; null on an empty page.",
  })
  endCursor!: string | null;
}

/** Where a page stands, by the edges that are on it. */
export function pageInfoOf(
  edges: readonly { cursor: string }[],
  beyond: Pick<PageInfo, "hasNextPage" | "hasPreviousPage">,
): PageInfo {
  return { ...beyond, startCursor: edges.at(0)?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null };
}

/** The refusal of an `after` that no page of the list gave; BAD_USER_INPUT. */
export function notACursor(): GraphQLError {
  return badUserInput("Expected after to be a cursor of this list, got something else.");
}

/** @throws BAD_USER_INPUT unless a page of this size may be asked for. */
export function checkPageSize(first: number): void {
  if (first < 1 || first > maxPageSize)
    throw badUserInput(`Expected first to be from 1 to ${maxPageSize}, got ${first}.`);
}

/** @throws BAD_USER_INPUT where more ids are asked for at once than may be. */
export function checkListOfIds(ids: readonly string[]): void {
  if (ids.length > maxIds) throw badUserInput(`Expected at most ${maxIds} ids, got ${ids.length}.`);
}
