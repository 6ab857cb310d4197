import { Field, ID, Int, ObjectType } from "type-graphql";
import { DateScalar, DateTimeScalar, DecimalScalar, JsonObjectScalar } from "../graphql/scalars.ts";

const amount = "A decimal amount as text; null when the report does not tell.";

@ObjectType({ simpleResolvers: true, description: "The employer that a report is about." })
export class VerificationEmployer {
  @Field(() => String, { nullable: true, description: "The employer's name." })
  name!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The employer's address on one line, however the provider sent it.",
  })
  address!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A position that the person has or had with this employer." })
export class VerifiedPosition {
  @Field(() => String, { nullable: true, description: "The job's title." })
  title!: string | null;

  @Field(() => DateScalar, { nullable: true, description: "The first day in it." })
  startDate!: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: "The last day in it; null while it lasts, or when the report does not tell.",
  })
  endDate!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The kind of employment in the provider\'s words, such as "regular-full-time".',
  })
  employmentType!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "What the person earned in one year with this employer, in the employer's currency.",
})
export class VerifiedEarnings {
  @Field(() => Int, { nullable: true, description: "The calendar year." })
  year!: number | null;

  @Field(() => DecimalScalar, { nullable: true, description: `Base pay. ${amount}` })
  base!: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: `Overtime. ${amount}` })
  overtime!: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: `Bonuses. ${amount}` })
  bonus!: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: `Commission. ${amount}` })
  commission!: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: `Everything else. ${amount}` })
  other!: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: `The year's total as the provider states it. ${amount}` })
  total!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The person's pay as it is now." })
export class VerifiedSalary {
  @Field(() => DecimalScalar, { nullable: true, description: `Gross pay for each \`payFrequency\`. ${amount}` })
  grossPay!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'How often it is paid, in the provider\'s words, such as "annually".',
  })
  payFrequency!: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: "Hours worked a week." })
  hoursPerWeek!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The person as the employer knows them. Personal data." })
export class VerificationEmployee {
  @Field(() => String, { nullable: true, description: "Given name." })
  firstName!: string | null;

  @Field(() => String, { nullable: true, description: "Family name." })
  lastName!: string | null;

  @Field(() => String, { nullable: true, description: 'Employment status in the provider\'s words, such as "active".' })
  status!: string | null;

  @Field(() => DateScalar, { nullable: true, description: "The first day of employment." })
  hiredDate!: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: "The last day of employment; null while it lasts, or when the report does not tell: see `status`.",
  })
  terminationDate!: string | null;

  @Field(() => [VerifiedPosition], { description: "Positions held; empty when the report has none." })
  positions!: VerifiedPosition[];

  @Field(() => [VerifiedEarnings], { description: "Earnings by year; empty when the report has none." })
  earnings!: VerifiedEarnings[];

  @Field(() => VerifiedSalary, { nullable: true, description: "Pay as it is now; null when the report does not tell." })
  salary!: VerifiedSalary | null;
}

@ObjectType({ simpleResolvers: true, description: "What one employer told about one person." })
export class VerificationReport {
  @Field(() => ID, { description: "The report's id; what `reverifyVerification` asks for." })
  id!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: "When the report was made." })
  createdAt!: string | null;

  @Field(() => DateScalar, { nullable: true, description: "The day up to which the employer's records go." })
  currentAsOf!: string | null;

  @Field(() => VerificationEmployer, { nullable: true, description: "The employer." })
  employer!: VerificationEmployer | null;

  @Field(() => VerificationEmployee, { nullable: true, description: "The person." })
  employee!: VerificationEmployee | null;

  @Field(() => JsonObjectScalar, { description: "The provider's whole report, as received." })
  document!: object;
}
