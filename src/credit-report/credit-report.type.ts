import { Directive, Field, ID, ObjectType } from "type-graphql";
import { describedEnum } from "../graphql/described-enum.ts";
import { PageInfo } from "../graphql/page.ts";
import { DateTimeScalar, JsonObjectScalar } from "../graphql/scalars.ts";
import { RequiresScope } from "../graphql/scopes.ts";

export const CreditReportStatus = describedEnum("CreditReportStatus", "What the provider found.", {
  FOUND: "The business is known, and the report is filled.",
  NOT_FOUND: "The provider knows no such business. The report is empty; it was requested all the same.",
  PENDING: "A source was out of reach; the provider goes on trying. Query the report again later.",
  UNKNOWN: "A value of the provider's that this graph does not know yet.",
});
export type CreditReportStatus = keyof typeof CreditReportStatus;

const asSent = "As sent, letter or number.";

@ObjectType({
  simpleResolvers: true,
  description:
    "How creditworthy the business is. Each value is text exactly as the provider sent it: letters and numbers both occur.",
})
export class BusinessCreditRating {
  @Field(() => String, { nullable: true, description: `The rating. ${asSent}` })
  rating!: string | null;

  @Field(() => String, { nullable: true, description: `The score behind the rating. ${asSent}` })
  score!: string | null;

  @Field(() => String, { nullable: true, description: "When it was rated, in the provider's format." })
  date!: string | null;

  @Field(() => String, { nullable: true, description: `The rating before. ${asSent}` })
  previousRating!: string | null;

  @Field(() => String, { nullable: true, description: `The score before. ${asSent}` })
  previousScore!: string | null;

  @Field(() => String, { nullable: true, description: "When it was rated before, in the provider's format." })
  previousDate!: string | null;

  @Field(() => String, { nullable: true, description: "The most credit to give, as sent; thousands separators occur." })
  creditLimit!: string | null;

  @Field(() => String, { nullable: true, description: "When the limit was set, in the provider's format." })
  creditLimitDate!: string | null;

  @Field(() => String, { nullable: true, description: "The limit before, as sent." })
  previousCreditLimit!: string | null;

  @Field(() => String, { nullable: true, description: "When the limit before was set, in the provider's format." })
  previousCreditLimitDate!: string | null;

  @Field(() => String, { nullable: true, description: "The largest contract to enter into, as sent." })
  contractLimit!: string | null;

  @Field(() => [String], { description: "What speaks for the business." })
  keyPositiveFactors!: string[];

  @Field(() => [String], { description: "What else was weighed." })
  otherFactors!: string[];

  @Field(() => [JsonObjectScalar], {
    description: "The largest shareholders, as received; their shape is not published.",
  })
  topShareholders!: object[];
}

@ObjectType({ simpleResolvers: true, description: "The user of our account in whose name a report was requested." })
export class CreditReportRequester {
  @Field(() => ID, { nullable: true, description: "The provider's id of the user." })
  id!: string | null;

  @Field(() => String, { nullable: true, description: "Given name." })
  firstName!: string | null;

  @Field(() => String, { nullable: true, description: "Middle name; may be empty." })
  middleName!: string | null;

  @Field(() => String, { nullable: true, description: "Family name." })
  lastName!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A credit report on a UK business, requested from Youverify." })
@Directive('@key(fields: "id")')
@RequiresScope("credit-report:read")
export class BusinessCreditReport {
  @Field(() => ID, { description: "The provider's id of the report: 24 hex digits." })
  id!: string;

  @Field(() => CreditReportStatus, { description: "Whether there is anything to show." })
  status!: CreditReportStatus;

  @Field(() => String, { nullable: true, description: "Why there is nothing to show, in the provider's words." })
  reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The company number as the provider echoes it; it may differ from the one asked for.",
  })
  idNumber!: string | null;

  @Field(() => String, { nullable: true, description: 'The country of the business by its ISO 3166 code: "GB".' })
  country!: string | null;

  @Field(() => Boolean, { nullable: true, description: "Whether consent was on record when it was requested." })
  consent!: boolean | null;

  @Field(() => BusinessCreditRating, {
    nullable: true,
    description: "The rating; null when the provider sent only empty members.",
  })
  rating!: BusinessCreditRating | null;

  @Field(() => [JsonObjectScalar], {
    description: "What is known of the business, as received; the shape is not published.",
  })
  businessData!: object[];

  @Field(() => [JsonObjectScalar], { description: "The shareholders, as received; the shape is not published." })
  shareholders!: object[];

  @Field(() => [JsonObjectScalar], {
    description: "How it honours its credit, as received; the shape is not published.",
  })
  facilityPerformance!: object[];

  @Field(() => [JsonObjectScalar], { description: "Its accounts, as received; the shape is not published." })
  financials!: object[];

  @Field(() => JsonObjectScalar, {
    nullable: true,
    description: "What was stored with the report when it was requested.",
  })
  metadata!: object | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "When it was requested." })
  requestedAt!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "When the provider made it." })
  createdAt!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "When the provider last changed it." })
  lastModifiedAt!: string | null;

  @Field(() => CreditReportRequester, { nullable: true, description: "In whose name it was requested." })
  requestedBy!: CreditReportRequester | null;
}

@ObjectType({ simpleResolvers: true, description: "One credit report in a list." })
export class BusinessCreditReportEdge {
  @Field(() => String, { description: "Where this one stands in the list; give it as `after` to go on behind it." })
  cursor!: string;

  @Field(() => BusinessCreditReport, {
    nullable: true,
    description: "The report; null, with an error beside it, when that one report could not be read.",
  })
  node!: BusinessCreditReport | null;
}

@ObjectType({ simpleResolvers: true, description: "A page of credit reports, newest first." })
export class BusinessCreditReportConnection {
  @Field(() => [BusinessCreditReportEdge], { description: "The reports of this page, newest first." })
  edges!: BusinessCreditReportEdge[];

  @Field(() => PageInfo, { description: "Where this page stands in the whole." })
  pageInfo!: PageInfo;
}
