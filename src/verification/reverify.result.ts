import { createUnionType, Field, ID, ObjectType } from "type-graphql";
import { paidProblems } from "../charge/purchase/paid-problems.ts";
import { type PaidFacts, PaidSuccess } from "../charge/purchase/paid-success.ts";
import { Problem } from "../graphql/problem.ts";
import { DateTimeScalar } from "../graphql/scalars.ts";
import { ReverificationBlocker } from "./verification.enum.ts";
import { Verification } from "./verification.type.ts";

@ObjectType({
  simpleResolvers: true,
  implements: PaidSuccess,
  description: "A new verification was ordered and charged.",
})
export class ReverifyVerificationSuccess extends PaidSuccess {
  @Field(() => Verification, {
    nullable: true,
    description:
      "The new verification that the provider created; the former one stays as it is. Null, with an error beside it, if the provider's answer can't be read: the charge stands.",
  })
  verification!: Verification | Error;

  constructor(facts: PaidFacts, verification: Verification | Error) {
    super(facts);
    this.verification = verification;
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: Problem,
  description: "There is no verification with this id. Nothing was charged.",
})
export class VerificationNotFound extends Problem {
  @Field(() => ID, { description: "The id that was asked for." })
  verificationId!: string;

  constructor(verificationId: string) {
    super();
    this.verificationId = verificationId;
    this.message = "There is no verification with this id. Nothing was charged.";
  }
}

const blockerMessages: Record<ReverificationBlocker, string> = {
  NOT_COMPLETED: "Only a completed verification can be reverified. Nothing was charged.",
  WINDOW_CLOSED:
    "A verification can be reverified for 90 days after its completion, which have passed. Nothing was charged.",
  REPORT_NOT_FOUND: "The verification has no report with this id. Nothing was charged.",
};

@ObjectType({
  simpleResolvers: true,
  implements: Problem,
  description: "The verification can't be reverified, which was known before anything was sent. Nothing was charged.",
})
export class ReverificationNotAllowed extends Problem {
  @Field(() => ReverificationBlocker, { description: "What stands in the way." })
  reason!: ReverificationBlocker;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "The last moment at which it can be or could have been reverified; null when that is not known.",
  })
  windowClosesAt!: string | null;

  constructor(reason: ReverificationBlocker, windowClosesAt: string | null) {
    super();
    this.reason = reason;
    this.windowClosesAt = windowClosesAt;
    this.message = blockerMessages[reason];
  }
}

export const ReverifyVerificationResult = createUnionType({
  name: "ReverifyVerificationResult",
  description: "What became of a reverification: success, or a problem that the client should handle.",
  types: () => [ReverifyVerificationSuccess, VerificationNotFound, ReverificationNotAllowed, ...paidProblems] as const,
});
export type ReverifyVerificationResult = typeof ReverifyVerificationResult;
