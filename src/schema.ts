// Decorators need it before the first type file is read.
import "reflect-metadata";

import type { GraphQLSchema } from "graphql";
import { chargeReference } from "./charge/charge.reference.ts";
import { ChargeResolver } from "./charge/charge.resolver.ts";
import { companyReference } from "./company/company.reference.ts";
import { CompanyResolver } from "./company/company.resolver.ts";
import { CompanyCreditReportsResolver } from "./credit-report/company-credit-reports.resolver.ts";
import { creditReportReference } from "./credit-report/credit-report.reference.ts";
import { CreditReportResolver } from "./credit-report/credit-report.resolver.ts";
import { buildFederatedSchema, type SubgraphParts } from "./graphql/federated-schema.ts";
import { verificationReference } from "./verification/verification.reference.ts";
import { VerificationResolver } from "./verification/verification.resolver.ts";

/** The one list of the graph's domains. */
export const subgraphParts: SubgraphParts = {
  resolvers: [
    CompanyResolver,
    VerificationResolver,
    CreditReportResolver,
    CompanyCreditReportsResolver,
    ChargeResolver,
  ],
  references: {
    Company: companyReference,
    Verification: verificationReference,
    BusinessCreditReport: creditReportReference,
    ProviderCharge: chargeReference,
  },
};

/** The whole graph. */
export function createSchema(): GraphQLSchema {
  return buildFederatedSchema(subgraphParts);
}
