import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import {
  BusinessCreditReportDocument,
  CompaniesDocument,
  CompanyCreditReportsDocument,
  CompanyDocument,
  ProviderChargeDocument,
  ProviderChargesDocument,
  RefreshCompanyReportDocument,
  RequestBusinessCreditReportDocument,
  ReverifyVerificationDocument,
  SettleProviderChargeDocument,
  VerificationDocument,
  VerificationsDocument,
} from "../generated/operations.ts";
import type { GraphAnswer, Json } from "../support/graph-answer.ts";
import { everyScope } from "../support/tokens.ts";
import { resultOf } from "./settled-answer.ts";

/** One thing a frontend does. */
export interface Step {
  name: string;
  query: string;
  variables: Json;
  /** All of them by default. */
  scopes?: readonly string[];
  /** The service that waits briefly and limits what a day may cost. */
  strained?: boolean;
  /** It asks for what was asked before, or for what fails: how many reads that costs is up to caches and retries. */
  readsVary?: boolean;
  /** How one without a router does it, where two subgraphs are needed. */
  byHand?: ByHand;
}

/** Both subgraphs, each asked directly, as a router asks them. */
export interface Subgraphs {
  ours(query: string, variables?: Json): Promise<GraphAnswer<Json>>;
  loans(query: string, variables?: Json): Promise<GraphAnswer<Json>>;
}
type ByHand = (subgraphs: Subgraphs) => Promise<GraphAnswer<Json>>;

/** What later steps need of earlier answers. */
export interface Remembered {
  unknownChargeId: string;
  chargeId: string;
}

export function nothingRemembered(): Remembered {
  return { chargeId: "", unknownChargeId: "" };
}

/** Takes from an answer what later steps need. */
export function remember({ data }: GraphAnswer<Json>, remembered: Remembered): void {
  const charge = resultOf(data)?.charge;
  if (charge?.state === "CHARGED") remembered.chargeId ||= charge.id;
  if (charge?.state === "UNKNOWN") remembered.unknownChargeId = charge.id;
}

export type Planned = Step | ((remembered: Remembered) => Step);

function step<Data, Variables>(
  name: string,
  document: TypedDocumentNode<Data, Variables> | string,
  variables: Variables,
  more: Partial<Step> = {},
): Step {
  return { name, query: typeof document === "string" ? document : print(document), variables, ...more };
}

const refresh = (name: string, companyId: string, more?: Partial<Step>, idempotencyKey = `refresh-${companyId}`) =>
  step(name, RefreshCompanyReportDocument, { input: { companyId, idempotencyKey } }, more);
const reverify = (name: string, id: string) =>
  step(name, ReverifyVerificationDocument, {
    input: { verificationId: id, reportId: id.replace("vr_", "rep_"), idempotencyKey: `reverify-${id}` },
  });
const request = (name: string, companyNumber: string, subjectConsent = true) =>
  step(name, RequestBusinessCreditReportDocument, {
    input: { companyNumber, subjectConsent, idempotencyKey: `request-${companyNumber}` },
  });

const settle = (name: string, chargeId: string) =>
  step(name, SettleProviderChargeDocument, { input: { chargeId, outcome: "CHARGED", note: "on the invoice" } });

/** Everything there is to do, in one order, whoever stands in between. Each read asks for something not asked for before. */
export const scenario: readonly Planned[] = [
  step("Company", CompanyDocument, { id: "6510" }),
  step("Company: none", CompanyDocument, { id: "6999998" }),
  step("Companies", CompaniesDocument, { ids: ["6511", "6999997", "6512", "6511"] }),
  step("CompanyCreditReports", CompanyCreditReportsDocument, { id: "6514", first: 10 }),
  step("Verification", VerificationDocument, { id: "vr_sandbox_completed_one_report" }),
  step("Verifications", VerificationsDocument, { first: 2, state: "COMPLETED" }),
  step("BusinessCreditReport", BusinessCreditReportDocument, { id: "5a0db0510000000000000a01" }),
  step("ProviderCharges", ProviderChargesDocument, { first: 5 }),

  jumpIn(),
  jumpOut(),
  jumpOutOfAPurchase(),

  refresh("RefreshCompanyReport", "6517"),
  refresh("the same key again", "6517", { readsVary: true }),
  reverify("ReverifyVerification", "vr_sandbox_completed_89_days_ago"),
  request("RequestBusinessCreditReport", "ZZ000011"),
  ({ chargeId }) => step("ProviderCharge", ProviderChargeDocument, { id: chargeId }),

  refresh("CompanyNotFound", "6999999"),
  refresh("InsufficientFunds", "90402"),
  refresh("ProviderRejection", "90422"),
  refresh("ProviderUnavailable", "90403"),
  refresh("IdempotencyKeyReused", "6516", {}, "refresh-6517"),
  refresh("ChargeOutcomeUnknown", "90500"),
  reverify("VerificationNotFound", "vr_nobody"),
  reverify("ReverificationNotAllowed", "vr_sandbox_pending_approval"),
  request("ConsentRequired", "99000010", false),
  ({ unknownChargeId }) => settle("SettleProviderCharge", unknownChargeId),
  settle("ProviderChargeNotFound", "00000000-0000-4000-8000-000000000000"),
  ({ chargeId }) => settle("ChargeAlreadySettled", chargeId),
  refresh("ChargeInProgress", "6518", { strained: true }),
  refresh("SpendingLimitReached", "6515", { strained: true }),

  step("FORBIDDEN", CompanyDocument, { id: "6513" }, { scopes: everyScope.filter((one) => one !== "company:read") }),
  step("PROVIDER_UNAVAILABLE", CompanyDocument, { id: "80503" }, { readsVary: true }),
  step("PROVIDER_MALFORMED, one of two", CompaniesDocument, { ids: ["80906", "6999996"] }, { readsVary: true }),
];

function jumpIn(): Step {
  const company = "name status";
  const query = (borrower: string) => `query Loan($id: ID!) { loan(id: $id) { amount borrower { id ${borrower} } } }`;
  return step(
    "a loan's company",
    query(company),
    { id: "loan-6513" },
    {
      byHand: async ({ ours, loans }) => {
        const { data } = await loans(query(""), { id: "loan-6513" });
        const entity = await findCompany(ours, data.loan.borrower.id, company);
        return { data: { loan: { ...data.loan, borrower: { ...data.loan.borrower, ...entity } } } };
      },
    },
  );
}

function jumpOut(): Step {
  const query = (more: string) => `query Borrower($id: ID!) { company(id: $id) { id name ${more} } }`;
  return step(
    "a company's loans",
    query("creditLine loans { id }"),
    { id: "6515" },
    {
      byHand: async ({ ours, loans }) => {
        const { data } = await ours(query(""), { id: "6515" });
        return { data: { company: await withLoans(loans, data.company) } };
      },
    },
  );
}

function jumpOutOfAPurchase(): Step {
  const query = (more: string) =>
    `mutation Renew($input: RefreshCompanyReportInput!) {
      refreshCompanyReport(input: $input) { __typename ... on RefreshCompanyReportSuccess { company { id name ${more} } } }
    }`;
  const variables = { input: { companyId: "6516", idempotencyKey: "renew-6516" } };
  return step("a bought company's loans", query("creditLine loans { id }"), variables, {
    byHand: async ({ ours, loans }) => {
      const { data } = await ours(query(""), variables);
      const { company, ...rest } = data.refreshCompanyReport;
      return { data: { refreshCompanyReport: { ...rest, company: await withLoans(loans, company) } } };
    },
  });
}

const entities = (selection: string) =>
  `query Entities($representations: [_Any!]!) { _entities(representations: $representations) { ... on Company { ${selection} } } }`;

async function findCompany(ask: Subgraphs["ours"], id: string, selection: string): Promise<Json> {
  const { data } = await ask(entities(selection), { representations: [{ __typename: "Company", id }] });
  return data._entities[0];
}

async function withLoans(ask: Subgraphs["loans"], { id, name }: Json): Promise<Json> {
  const representations = [{ __typename: "Company", id, name }];
  const { data } = await ask(entities("creditLine loans { id }"), { representations });
  return { id, name, ...data._entities[0] };
}
