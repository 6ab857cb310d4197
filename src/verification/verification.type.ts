import { Directive, Field, ID, Int, ObjectType } from "type-graphql";
import { PageInfo } from "../graphql/page.ts";
import { ProviderPrice } from "../graphql/provider-price.type.ts";
import { DateScalar, DateTimeScalar, DecimalScalar, JsonObjectScalar } from "../graphql/scalars.ts";
import { RequiresScope } from "../graphql/scopes.ts";
import {
  PermissiblePurpose,
  ReverificationBlocker,
  ReverificationVerdict,
  VerificationCancellationReason,
  VerificationState,
  VerificationType,
  VerificationUseCase,
} from "./verification.enum.ts";
import { VerificationReport } from "./verification-report.type.ts";

const hours = "In hours, as a decimal number; null when there is no estimate.";

@ObjectType({ simpleResolvers: true, description: "The provider's estimate of how long a verification takes." })
export class VerificationTurnaroundTime {
  @Field(() => DecimalScalar, { nullable: true, description: `The least it takes. ${hours}` })
  lowerBound!: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: `The most it takes. ${hours}` })
  upperBound!: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: `The likeliest. ${hours}` })
  bestEstimate!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The employer as it was named when the verification was asked for." })
export class VerificationTargetCompany {
  @Field(() => ID, {
    nullable: true,
    description: "The provider's id of the employer. It has nothing to do with `Company.id`.",
  })
  id!: string | null;

  @Field(() => String, { nullable: true, description: "The employer's name; null when none was given." })
  name!: string | null;

  @Field(() => String, { nullable: true, description: "The employer's address on one line." })
  address!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The person a verification is about. Personal data." })
export class VerificationTarget {
  @Field(() => String, { nullable: true, description: "Given name." })
  firstName!: string | null;

  @Field(() => String, { nullable: true, description: "Family name." })
  lastName!: string | null;

  @Field(() => String, { nullable: true, description: "Email address." })
  contactEmail!: string | null;

  @Field(() => String, { nullable: true, description: "Telephone number." })
  phoneNumber!: string | null;

  @Field(() => DateScalar, { nullable: true, description: "Date of birth." })
  dateOfBirth!: string | null;

  @Field(() => String, { nullable: true, description: "The social security number, masked by the provider." })
  socialSecurityNumber!: string | null;

  @Field(() => VerificationTargetCompany, {
    nullable: true,
    description: "The employer to be asked; null when none was given.",
  })
  company!: VerificationTargetCompany | null;
}

@ObjectType({ simpleResolvers: true, description: "How a canceled verification came to be canceled." })
export class VerificationCancellation {
  @Field(() => VerificationCancellationReason, {
    nullable: true,
    description: "The reason; null when the provider tells none.",
  })
  reason!: VerificationCancellationReason | null;

  @Field(() => String, { nullable: true, description: "More about it, in the words of whoever canceled." })
  details!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A file that was handed in with the verification." })
export class VerificationDocument {
  @Field(() => String, { description: "The file's name." })
  filename!: string;
}

@ObjectType({ simpleResolvers: true, description: "Whether and until when a verification can be reverified." })
export class ReverificationStatus {
  @Field(() => ReverificationVerdict, {
    description:
      "Whether it can be reverified now. UNDETERMINED when it is completed but the provider does not say when.",
  })
  verdict!: ReverificationVerdict;

  @Field(() => ReverificationBlocker, {
    nullable: true,
    description: "Why it can't be; null unless the verdict is CLOSED.",
  })
  blocker!: ReverificationBlocker | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "The last moment at which it can be: 90 times 24 hours after completion; null when that is not known.",
  })
  windowClosesAt!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "A request to verify a person's employment or income, held by Truework.",
})
@Directive('@key(fields: "id")')
@RequiresScope("verification:read")
export class Verification {
  @Field(() => ID, { description: "The provider's id. Case-sensitive and opaque." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "When it was asked for." })
  createdAt!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "When it was completed. May be null even for a completed one: the provider does not always tell.",
  })
  completedAt!: string | null;

  @Field(() => VerificationState, { description: "Where it stands." })
  state!: VerificationState;

  @Field(() => VerificationType, { nullable: true, description: "What is verified." })
  type!: VerificationType | null;

  @Field(() => PermissiblePurpose, { nullable: true, description: "The legal ground on which it was asked for." })
  permissiblePurpose!: PermissiblePurpose | null;

  @Field(() => VerificationUseCase, { nullable: true, description: "The kind of product it was asked for." })
  useCase!: VerificationUseCase | null;

  @Field(() => ProviderPrice, { nullable: true, description: "What the provider says it costs." })
  price!: ProviderPrice | null;

  @Field(() => VerificationTurnaroundTime, {
    nullable: true,
    description: "How long it should take; null when nobody knows.",
  })
  turnaroundTime!: VerificationTurnaroundTime | null;

  @Field(() => VerificationTarget, { nullable: true, description: "The person it is about." })
  target!: VerificationTarget | null;

  @Field(() => String, { nullable: true, description: "What was told the provider to help it along." })
  additionalInformation!: string | null;

  @Field(() => VerificationCancellation, {
    nullable: true,
    description: "How it was canceled; null when it was not, or when the provider tells nothing of it.",
  })
  cancellation!: VerificationCancellation | null;

  @Field(() => [VerificationDocument], { description: "The files handed in with it." })
  documents!: VerificationDocument[];

  @Field(() => String, { nullable: true, description: "The loan it belongs to, as named when it was asked for." })
  loanId!: string | null;

  @Field(() => JsonObjectScalar, {
    nullable: true,
    description: "Text by name, stored with it by whoever asked for it.",
  })
  metadata!: object | null;

  @Field(() => [VerificationReport], { description: "Its reports; empty until it is completed." })
  reports!: VerificationReport[];

  @Field(() => JsonObjectScalar, {
    nullable: true,
    description: "How the provider was asked to go about it, as received.",
  })
  requestParameters!: object | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: "For whom a reseller asked, as received." })
  resellerOriginatingParty!: object | null;
}

@ObjectType({ simpleResolvers: true, description: "One verification in a list." })
export class VerificationEdge {
  @Field(() => String, { description: "Where this one stands in the list; give it as `after` to go on behind it." })
  cursor!: string;

  @Field(() => Verification, { description: "The verification." })
  node!: Verification;
}

@ObjectType({ simpleResolvers: true, description: "A page of verifications." })
export class VerificationConnection {
  @Field(() => [VerificationEdge], { description: "The verifications of this page, in the provider's order." })
  edges!: VerificationEdge[];

  @Field(() => PageInfo, { description: "Where this page stands in the whole." })
  pageInfo!: PageInfo;

  @Field(() => Int, { nullable: true, description: "How many there are in all; null when the provider does not tell." })
  totalCount!: number | null;
}
