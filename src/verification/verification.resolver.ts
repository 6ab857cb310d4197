import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { findIn } from "../graphql/find-in.ts";
import { RequiresScope } from "../graphql/scopes.ts";
import { judgeReverification } from "./reverification-window.ts";
import { ReverifyVerificationResult } from "./reverify.result.ts";
import { reverifyVerification } from "./reverify.service.ts";
import type { VerificationContext } from "./verification.context.ts";
import { VerificationState } from "./verification.enum.ts";
import { ReverifyVerificationInput } from "./verification.input.ts";
import { listVerifications } from "./verification.list.ts";
import { ReverificationStatus, Verification, VerificationConnection } from "./verification.type.ts";

@Resolver(() => Verification)
export class VerificationResolver {
  @Query(() => Verification, {
    nullable: true,
    description: "The verification with this id, or null if there is none. Free.",
  })
  @RequiresScope("verification:read")
  verification(
    @Arg("id", () => ID, { description: "The provider's id, byte for byte." }) id: string,
    @Ctx() { verifications }: VerificationContext,
  ) {
    return findIn(verifications, id);
  }

  @Query(() => VerificationConnection, {
    nullable: true,
    description: "The account's verifications, a page at a time, in the provider's order. Free.",
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  @RequiresScope("verification:read")
  verifications(
    @Arg("state", () => VerificationState, {
      nullable: true,
      description: "Only those in this state. UNKNOWN can't be asked for.",
    })
    state: VerificationState | undefined,
    @Arg("first", () => Int, { defaultValue: 25, description: "How many at most, from 1 to 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "The cursor behind which to go on." })
    after: string | undefined,
    @Ctx() context: VerificationContext,
  ) {
    return listVerifications({ state, first, after }, context);
  }

  @FieldResolver(() => ReverificationStatus, { description: "Whether it can be reverified now, and until when." })
  reverification(@Root() verification: Verification, @Ctx() { now }: VerificationContext): ReverificationStatus {
    return judgeReverification(verification, now());
  }

  @Mutation(() => ReverifyVerificationResult, {
    nullable: true,
    description:
      "Costs money each time: buys a new verification from Truework on the ground of a completed one.\n\nOnly within 90 times 24 hours after completion. Send the same `idempotencyKey` whenever the same purchase is repeated.",
  })
  @Directive('@tag(name: "paid")')
  @Directive("@cost(weight: 1000)")
  @RequiresScope("verification:reverify")
  reverifyVerification(
    @Arg("input", () => ReverifyVerificationInput, { description: "What to buy, and the key of this purchase." })
    input: ReverifyVerificationInput,
    @Ctx() context: VerificationContext,
  ) {
    return reverifyVerification(input, context);
  }
}
