import { Field, ID, InputType } from "type-graphql";
import { idempotencyKeyDescription } from "../charge/purchase/idempotency-key.ts";

@InputType({ description: "Which company's report to buy anew." })
export class RefreshCompanyReportInput {
  @Field(() => ID, { description: "The company's id, as in `Company.id`." })
  companyId!: string;

  @Field(() => String, { description: idempotencyKeyDescription })
  idempotencyKey!: string;
}
