import { Directive, Field, ID, ObjectType } from "type-graphql";
import { DataProvider } from "../graphql/data-provider.ts";
import { PageInfo } from "../graphql/page.ts";
import { ProviderPrice } from "../graphql/provider-price.type.ts";
import { DateTimeScalar } from "../graphql/scalars.ts";
import { ProviderChargeOperation, ProviderChargeState } from "./charge.enum.ts";
import type { Charge } from "./charge.ts";

@ObjectType({ simpleResolvers: true, description: "One intended paid call: who wanted it, what became of it." })
@Directive('@key(fields: "id")')
export class ProviderCharge {
  @Field(() => ID, { description: "Our own id of the charge." })
  id!: string;

  @Field(() => ProviderChargeOperation, { description: "Which paid mutation it is for." })
  operation!: Charge["operation"];

  @Field(() => DataProvider, { description: "Who is paid." })
  provider!: DataProvider;

  @Field(() => ProviderChargeState, { description: "What became of it." })
  state!: Charge["state"];

  @Field(() => String, {
    description: "The id of what was asked about: a company id, a verification id, a company number.",
  })
  target!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      "The provider's id of what was bought: the company, the new verification, the credit report. Null when nothing was, or when nobody knows.",
  })
  resultId!: string | null;

  @Field(() => String, { description: "The key that the client chose for it." })
  idempotencyKey!: string;

  @Field(() => String, { description: "The caller who wanted it." })
  requestedBy!: string;

  @Field(() => DateTimeScalar, { description: "When it was first wanted." })
  requestedAt!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "When it was known what became of it; null as long as it is not.",
  })
  settledAt!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Who or what settled it, when the provider's own answer did not: an operator, or evidence.",
  })
  settledBy!: string | null;

  @Field(() => String, { nullable: true, description: "What an operator noted when settling it." })
  settlementNote!: string | null;

  @Field(() => ProviderPrice, {
    nullable: true,
    description: "What the provider said at the time; null when it said nothing. What it bills is on its invoice.",
  })
  price!: ProviderPrice | null;
}

@ObjectType({ simpleResolvers: true, description: "One charge in a list." })
export class ProviderChargeEdge {
  @Field(() => String, { description: "Where this one stands in the list; give it as `after` to go on behind it." })
  cursor!: string;

  @Field(() => ProviderCharge, { description: "The charge." })
  node!: ProviderCharge;
}

@ObjectType({ simpleResolvers: true, description: "A page of charges, newest first." })
export class ProviderChargeConnection {
  @Field(() => [ProviderChargeEdge], { description: "The charges of this page, newest first." })
  edges!: ProviderChargeEdge[];

  @Field(() => PageInfo, { description: "Where this page stands in the whole." })
  pageInfo!: PageInfo;
}
