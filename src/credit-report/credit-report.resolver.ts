import { Arg, Ctx, Directive, ID, Mutation, Query, Resolver } from "type-graphql";
import { findIn } from "../graphql/find-in.ts";
import { RequiresScope } from "../graphql/scopes.ts";
import type { CreditReportContext } from "./credit-report.context.ts";
import { RequestBusinessCreditReportInput } from "./credit-report.input.ts";
import { BusinessCreditReport } from "./credit-report.type.ts";
import { RequestBusinessCreditReportResult } from "./request-report.result.ts";
import { requestBusinessCreditReport } from "./request-report.service.ts";

@Resolver(() => BusinessCreditReport)
export class CreditReportResolver {
  @Query(() => BusinessCreditReport, {
    nullable: true,
    description: "The credit report with this id, or null if there is none. Free: it reads a report bought before.",
  })
  @RequiresScope("credit-report:read")
  businessCreditReport(
    @Arg("id", () => ID, { description: "The provider's id of the report: 24 hex digits." }) id: string,
    @Ctx() { creditReports }: CreditReportContext,
  ) {
    return findIn(creditReports, id);
  }

  @Mutation(() => RequestBusinessCreditReportResult, {
    nullable: true,
    description:
      "Costs money each time: buys a credit report on a UK business from Youverify.\n\nIt may be charged even if no such business is found: the vendor does not say. Send the same `idempotencyKey` whenever the same purchase is repeated.",
  })
  @Directive('@tag(name: "paid")')
  @Directive("@cost(weight: 1000)")
  @RequiresScope("credit-report:request")
  requestBusinessCreditReport(
    @Arg("input", () => RequestBusinessCreditReportInput, { description: "What to buy, and the key of this purchase." })
    input: RequestBusinessCreditReportInput,
    @Ctx() context: CreditReportContext,
  ) {
    return requestBusinessCreditReport(input, context);
  }
}
