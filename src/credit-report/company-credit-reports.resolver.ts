import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { readPage, toConnection } from "../charge/charge.list.ts";
import { Company } from "../company/company.type.ts";
import { RequiresScope } from "../graphql/scopes.ts";
import { normaliseCompanyNumber } from "./company-number.ts";
import type { CreditReportContext } from "./credit-report.context.ts";
import { BusinessCreditReportConnection } from "./credit-report.type.ts";

/** What this domain adds to a company: which reports were bought for its number is on record in the ledger. */
@Resolver(() => Company)
export class CompanyCreditReportsResolver {
  @FieldResolver(() => BusinessCreditReportConnection, {
    nullable: true,
    description:
      "Credit reports requested through this graph for this registration number, newest first. Null when the company's number is not known. Free.",
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  @RequiresScope("credit-report:read")
  async creditReports(
    @Root() { registrationNumber }: Company,
    @Arg("first", () => Int, { defaultValue: 10, description: "How many at most, from 1 to 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "The cursor behind which to go on." })
    after: string | undefined,
    @Ctx() { charges, creditReports }: CreditReportContext,
  ) {
    if (registrationNumber === null) return null;
    const filter = {
      operation: "REQUEST_BUSINESS_CREDIT_REPORT",
      state: "CHARGED",
      subject: normaliseCompanyNumber(registrationNumber),
      withResult: true,
    } as const;
    const page = toConnection(await readPage(charges, filter, { first, after }), first, after);
    return {
      ...page,
      edges: page.edges.map(({ cursor, node }) => ({ cursor, node: () => creditReports.load(node.resultId ?? "") })),
    };
  }
}
