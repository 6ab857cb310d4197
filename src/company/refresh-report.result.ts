import { createUnionType, Field, ID, ObjectType } from "type-graphql";
import { paidProblems } from "../charge/purchase/paid-problems.ts";
import { type PaidFacts, PaidSuccess } from "../charge/purchase/paid-success.ts";
import { Problem } from "../graphql/problem.ts";
import { Company } from "./company.type.ts";

@ObjectType({ simpleResolvers: true, implements: PaidSuccess, description: "The new report was ordered and charged." })
export class RefreshCompanyReportSuccess extends PaidSuccess {
  @Field(() => Company, {
    nullable: true,
    description:
      "Read again after the charge; null, with an error beside it, if that read fails: the charge stands. The report may still be the former one: query the company again, never refresh again.",
  })
  company!: () => Promise<Company | Error>;

  constructor(facts: PaidFacts, readCompany: () => Promise<Company | Error>) {
    super(facts);
    this.company = readCompany;
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: Problem,
  description: "There is no company with this id. Nothing was charged.",
})
export class CompanyNotFound extends Problem {
  @Field(() => ID, { description: "The id that was asked for." })
  companyId!: string;

  constructor(companyId: string) {
    super();
    this.companyId = companyId;
    this.message = "There is no company with this id. Nothing was charged.";
  }
}

export const RefreshCompanyReportResult = createUnionType({
  name: "RefreshCompanyReportResult",
  description: "What became of a refresh: success, or a problem that the client should handle.",
  types: () => [RefreshCompanyReportSuccess, CompanyNotFound, ...paidProblems] as const,
});
export type RefreshCompanyReportResult = typeof RefreshCompanyReportResult;
