import { Field, ObjectType } from "type-graphql";
import { DecimalScalar } from "./scalars.ts";

@ObjectType({
  simpleResolvers: true,
  description: "A price in the provider's own words; what it bills is on its invoice.",
})
export class ProviderPrice {
  @Field(() => DecimalScalar, { description: 'The amount, as text: "34.95".' })
  amount!: string;

  @Field(() => String, { description: 'The currency by its ISO 4217 code: "USD".' })
  currency!: string;
}
