import { Field, ID, InputType } from "type-graphql";
import { DateTimeScalar } from "../graphql/scalars.ts";
import { ProviderChargeOperation, ProviderChargeState, SettledOutcome } from "./charge.enum.ts";
import type { Charge } from "./charge.ts";

@InputType({ description: "Which charges to list; each member given narrows the list." })
export class ProviderChargeFilter {
  @Field(() => ProviderChargeState, { nullable: true, description: "Only those of which this became." })
  state?: Charge["state"] | null;

  @Field(() => ProviderChargeOperation, { nullable: true, description: "Only those for this paid mutation." })
  operation?: Charge["operation"] | null;

  @Field(() => String, {
    nullable: true,
    description: "Only those about this company id, verification id or company number.",
  })
  target?: string | null;

  @Field(() => String, { nullable: true, description: "Only those that this caller wanted." })
  requestedBy?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Only those wanted after this moment." })
  requestedAfter?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Only those wanted before this moment." })
  requestedBefore?: string | null;
}

@InputType({ description: "An operator's word on a charge whose outcome could not be told." })
export class SettleProviderChargeInput {
  @Field(() => ID, { description: "The charge's id." })
  chargeId!: string;

  @Field(() => SettledOutcome, { description: "What the operator found out." })
  outcome!: SettledOutcome;

  @Field(() => ID, {
    nullable: true,
    description:
      "The provider's id of what was bought, where it is known. For a credit report it is checked by a free read.",
  })
  resultId?: string | null;

  @Field(() => String, { description: "How it was found out: 1 to 1000 characters; kept on record, never logged." })
  note!: string;
}
