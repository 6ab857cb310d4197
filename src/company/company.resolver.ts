import { Arg, Ctx, Directive, ID, Mutation, Query, Resolver } from "type-graphql";
import { findIn } from "../graphql/find-in.ts";
import { checkListOfIds } from "../graphql/page.ts";
import { RequiresScope } from "../graphql/scopes.ts";
import type { CompanyContext } from "./company.context.ts";
import { RefreshCompanyReportInput } from "./company.input.ts";
import { Company } from "./company.type.ts";
import { RefreshCompanyReportResult } from "./refresh-report.result.ts";
import { refreshCompanyReport } from "./refresh-report.service.ts";

@Resolver(() => Company)
export class CompanyResolver {
  @Query(() => Company, { nullable: true, description: "The company with this id, or null if there is none. Free." })
  @RequiresScope("company:read")
  company(
    @Arg("id", () => ID, { description: "The positive integer that Credas gave the company." }) id: string,
    @Ctx() { companies }: CompanyContext,
  ) {
    return findIn(companies, id);
  }

  @Query(() => [Company], {
    nullable: "items",
    description: "The companies with these ids, in the order asked, null where there is none. At most 100 ids. Free.",
  })
  @Directive("@listSize(assumedSize: 100)")
  @RequiresScope("company:read")
  companies(
    @Arg("ids", () => [ID], { description: "At most 100 company ids; the same one may occur twice." }) ids: string[],
    @Ctx() { companies }: CompanyContext,
  ) {
    checkListOfIds(ids);
    return ids.map((id) => findIn(companies, id));
  }

  @Mutation(() => RefreshCompanyReportResult, {
    nullable: true,
    description:
      "Costs money each time: buys a new report for a company from Credas.\n\nThe company keeps its id; its report is replaced. Send the same `idempotencyKey` whenever the same purchase is repeated.",
  })
  @Directive('@tag(name: "paid")')
  @Directive("@cost(weight: 1000)")
  @RequiresScope("company:refresh")
  refreshCompanyReport(
    @Arg("input", () => RefreshCompanyReportInput, { description: "What to buy, and the key of this purchase." })
    input: RefreshCompanyReportInput,
    @Ctx() context: CompanyContext,
  ) {
    return refreshCompanyReport(input, context);
  }
}
