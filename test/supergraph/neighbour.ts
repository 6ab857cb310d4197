import { createServer } from "node:http";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { graphql, parse } from "graphql";
import type { Json } from "../support/graph-answer.ts";
import { type Listening, listenOnLoopback, readJson } from "./http.ts";

/**
 * Another team's subgraph: loans. It points at each of our entities and adds fields to them. Its field that needs a company's
 * name carries the scope that the name carries; composition asks for that.
 */
export const neighbourSdl = /* GraphQL */ `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.9"
      import: ["@key", "@external", "@requires", "@requiresScopes"]
    )

  type Query {
    loan(id: ID!): Loan
    "A loan to each of these companies, in the order asked."
    loansTo(companyIds: [ID!]!): [Loan!]!
  }

  type Loan @key(fields: "id") {
    id: ID!
    amount: String!
    borrower: Company!
    applicantEmployment: Verification
    security: BusinessCreditReport
    paidBy: ProviderCharge
  }

  type Company @key(fields: "id") {
    id: ID!
    name: String @external
    loans: [Loan!]!
    creditLine: String @requires(fields: "name") @requiresScopes(scopes: [["company:read"]])
  }

  type Verification @key(fields: "id") {
    id: ID!
    loanOfficer: String
  }

  type BusinessCreditReport @key(fields: "id") {
    id: ID!
    lendingDecision: String
  }

  type ProviderCharge @key(fields: "id") {
    id: ID!
    bookedTo: String
  }
`;

const verificationId = "vr_sandbox_completed_two_reports";
const reportId = "5a0db0510000000000000a02";

const loanTo = (companyId: string) => ({
  id: `loan-${companyId}`,
  amount: "1000.00",
  borrower: { id: companyId },
  applicantEmployment: { id: verificationId },
  security: { id: reportId },
});

const known = { __resolveReference: (reference: object) => reference };

const resolvers = {
  Query: {
    loan: (_: unknown, { id }: { id: string }) => loanTo(id.replace("loan-", "")),
    loansTo: (_: unknown, { companyIds }: { companyIds: string[] }) => companyIds.map(loanTo),
  },
  Loan: { __resolveReference: ({ id }: { id: string }) => loanTo(id.replace("loan-", "")) },
  Company: {
    ...known,
    loans: ({ id }: { id: string }) => [loanTo(id)],
    creditLine: ({ name }: { name?: string | null }) => `credit line for ${name ?? "nobody"}`,
  },
  Verification: { ...known, loanOfficer: () => "Ms Placeholder" },
  BusinessCreditReport: { ...known, lendingDecision: () => "to be decided" },
  ProviderCharge: { ...known, bookedTo: () => "cost centre 1" },
};

/** Starts it on a free port. */
export async function startNeighbour(): Promise<Listening> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(neighbourSdl), resolvers }]);
  return listenOnLoopback(
    createServer(async (request, response) => {
      const { query, variables } = (await readJson(request)) as Json;
      const answer = await graphql({ schema, source: query, variableValues: variables });
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    }),
  );
}
