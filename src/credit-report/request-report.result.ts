import { createUnionType, Field, ObjectType } from "type-graphql";
import { paidProblems } from "../charge/purchase/paid-problems.ts";
import { type PaidFacts, PaidSuccess } from "../charge/purchase/paid-success.ts";
import { Problem } from "../graphql/problem.ts";
import { BusinessCreditReport } from "./credit-report.type.ts";

@ObjectType({
  simpleResolvers: true,
  implements: PaidSuccess,
  description: "The report was requested, and the provider accepted the request, whether or not it found the business.",
})
export class RequestBusinessCreditReportSuccess extends PaidSuccess {
  @Field(() => BusinessCreditReport, {
    nullable: true,
    description:
      "The report; look at its `status`. Null, with an error beside it, if the provider's answer can't be read: the charge stands.",
  })
  report!: BusinessCreditReport | Error;

  constructor(facts: PaidFacts, report: BusinessCreditReport | Error) {
    super(facts);
    this.report = report;
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: Problem,
  description: "The subject has not given consent, so nothing was sent. Nothing was charged.",
})
export class ConsentRequired extends Problem {
  constructor() {
    super();
    this.message = "The subject's consent is required. Nothing was charged.";
  }
}

export const RequestBusinessCreditReportResult = createUnionType({
  name: "RequestBusinessCreditReportResult",
  description: "What became of a request: success, or a problem that the client should handle.",
  types: () => [RequestBusinessCreditReportSuccess, ConsentRequired, ...paidProblems] as const,
});
export type RequestBusinessCreditReportResult = typeof RequestBusinessCreditReportResult;
