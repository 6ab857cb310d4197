import { Field, ID, InputType } from "type-graphql";
import { idempotencyKeyDescription } from "../charge/purchase/idempotency-key.ts";
import { ReverificationMode } from "./verification.enum.ts";

@InputType({ description: "Which verification to buy anew." })
export class ReverifyVerificationInput {
  @Field(() => ID, { description: "The completed verification's id." })
  verificationId!: string;

  @Field(() => ID, {
    description: "Which of its reports to renew: a `VerificationReport.id` of the same verification.",
  })
  reportId!: string;

  @Field(() => ReverificationMode, {
    defaultValue: ReverificationMode.ASYNC,
    description: "Whether the provider answers at once or when it is done.",
  })
  mode!: ReverificationMode;

  @Field(() => String, { description: idempotencyKeyDescription })
  idempotencyKey!: string;
}
