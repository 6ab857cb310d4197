import { Directive, Field, ID, ObjectType } from "type-graphql";
import { DateTimeScalar, JsonObjectScalar } from "../graphql/scalars.ts";
import { RequiresScope } from "../graphql/scopes.ts";

@ObjectType({ simpleResolvers: true, description: "A director in a company report." })
export class CompanyDirector {
  @Field(() => ID, { nullable: true, description: "The provider's id of this person; not every report has one." })
  id!: string | null;

  @Field(() => String, { nullable: true, description: "The full name as the report has it." })
  name!: string | null;

  @Field(() => String, { nullable: true, description: "The nationality as the report words it." })
  nationality!: string | null;

  @Field(() => String, { nullable: true, description: "The service address on one line." })
  address!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A shareholder in a company report: a person or another company." })
export class CompanyShareholder {
  @Field(() => ID, { nullable: true, description: "The provider's id of this shareholder; not every report has one." })
  id!: string | null;

  @Field(() => String, { nullable: true, description: "The full name as the report has it." })
  name!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A person or company that ultimately owns or controls the company." })
export class PersonWithSignificantControl {
  @Field(() => ID, { nullable: true, description: "The provider's id of this person; not every report has one." })
  id!: string | null;

  @Field(() => String, { nullable: true, description: "The full name as the report has it." })
  name!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The company report that the provider holds now." })
export class CompanyReport {
  @Field(() => DateTimeScalar, { description: "When this copy was read from the provider." })
  fetchedAt!: string;

  @Field(() => [CompanyDirector], { description: "The directors in office; empty when the report names none." })
  directors!: CompanyDirector[];

  @Field(() => [CompanyShareholder], { description: "The shareholders; empty when the report names none." })
  shareholders!: CompanyShareholder[];

  @Field(() => [PersonWithSignificantControl], {
    description: "The active persons with significant control; empty when the report names none.",
  })
  personsWithSignificantControl!: PersonWithSignificantControl[];

  @Field(() => JsonObjectScalar, {
    description: "The provider's whole report, as received. Sections vary by company, and any may be missing or null.",
  })
  document!: object;
}

@ObjectType({ simpleResolvers: true, description: "A company whose report is held by Credas." })
@Directive('@key(fields: "id")')
@RequiresScope("company:read")
export class Company {
  @Field(() => ID, { description: "The positive integer that Credas gave the company." })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: "The company's name; null when neither record nor report tells.",
  })
  name!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The registration number as the provider holds it, leading zeros included; null when it is not told.",
  })
  registrationNumber!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The company's status in the provider's words, such as \"Active\"; null when it is not told.",
  })
  status!: string | null;

  @Field(() => CompanyReport, {
    nullable: true,
    description: "The report as it stands; null when the provider has none. Reading it is free; refreshing it is not.",
  })
  report!: CompanyReport | null;
}
