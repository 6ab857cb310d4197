import { Field, InputType } from "type-graphql";
import { idempotencyKeyDescription } from "../charge/purchase/idempotency-key.ts";
import { JsonObjectScalar } from "../graphql/scalars.ts";

@InputType({ description: "Which business's credit report to buy." })
export class RequestBusinessCreditReportInput {
  @Field(() => String, {
    description:
      "The company registration number, as Companies House writes it: 8 characters, such as 00012345 or SC123456.",
  })
  companyNumber!: string;

  @Field(() => Boolean, { description: "That the subject has given consent. Must be true." })
  subjectConsent!: boolean;

  @Field(() => JsonObjectScalar, {
    nullable: true,
    description:
      "Anything to be stored with the report and given back with it, such as a reference of your own. No secrets.",
  })
  metadata?: object | null;

  @Field(() => String, { description: idempotencyKeyDescription })
  idempotencyKey!: string;
}
