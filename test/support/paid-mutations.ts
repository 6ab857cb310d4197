import type { Json } from "./graph-answer.ts";

/** The three paid mutations against the sandbox: how each is asked for, refused, and made to misbehave. */
export const paidMutations = [
  {
    field: "refreshCompanyReport",
    operation: "REFRESH_COMPANY_REPORT",
    provider: "credas",
    inputType: "RefreshCompanyReportInput",
    input: { companyId: "6510" },
    otherInput: { companyId: "6511" },
    target: "6510",
    entity: "company",
  },
  {
    field: "reverifyVerification",
    operation: "REVERIFY_VERIFICATION",
    provider: "truework",
    inputType: "ReverifyVerificationInput",
    input: { verificationId: "vr_sandbox_completed_sync", reportId: "rep_sandbox_completed_sync" },
    otherInput: { verificationId: "vr_sandbox_completed_sync", reportId: "rep_sandbox_completed_sync", mode: "SYNC" },
    target: "vr_sandbox_completed_sync",
    entity: "verification",
  },
  {
    field: "requestBusinessCreditReport",
    operation: "REQUEST_BUSINESS_CREDIT_REPORT",
    provider: "youverify",
    inputType: "RequestBusinessCreditReportInput",
    input: { companyNumber: "99000010", subjectConsent: true },
    otherInput: { companyNumber: "99000010", subjectConsent: true, metadata: { branch: "north" } },
    target: "99000010",
    entity: "report",
  },
] as const;

export type PaidMutation = (typeof paidMutations)[number];

const whole = `
  __typename
  ... on PaidSuccess { replayed charge { ...Whole } }
  ... on Problem { message }
  ... on ChargeProblem { charge { ...Whole } }
  ... on ProviderUnavailable { retryAfterSeconds }
  ... on ProviderRejection { status }
  ... on SpendingLimitReached { resetsAt }
`;

export const wholeCharge = `fragment Whole on ProviderCharge {
  id operation provider state target resultId idempotencyKey requestedBy requestedAt settledAt settledBy settlementNote
  price { amount currency }
}`;

/** A paid mutation as a document with its input in a variable; its answer is under `paid`. */
export function documentOf({ field, inputType, entity }: PaidMutation): string {
  const success = `${field[0]?.toUpperCase()}${field.slice(1)}Success`;
  const selection = `${whole} ... on ${success} { ${entity} { id } }`;
  return `mutation Paid($input: ${inputType}!) { paid: ${field}(input: $input) { ${selection} } } ${wholeCharge}`;
}

/** Whoever answers GraphQL. */
export interface Askable {
  ask(query: string, variables?: Json): Promise<{ data?: Json; errors?: Json[] }>;
}

/**
 * Asks for a paid mutation under its key until something was claimed for it, and gives what it answered then: on a machine
 * that is slower than the bound, the first time there may have been no time left.
 */
export async function payUntilBegun(graph: Askable, mutation: PaidMutation, input: Json): Promise<Json> {
  for (let tries = 1; tries <= 50; tries++) {
    const answer = await pay(graph, mutation, input);
    if (answer.__typename !== "ProviderUnavailable") return answer;
  }
  throw new Error("Expected something to be claimed, got ProviderUnavailable fifty times");
}

/** Asks for a paid mutation, and gives what it answered. */
export async function pay(graph: Askable, mutation: PaidMutation, input: Json): Promise<Json> {
  const { data, errors } = await graph.ask(documentOf(mutation), { input });
  if (!data?.paid) throw new Error(`Expected an answer, got ${JSON.stringify(errors)}`);
  return data.paid;
}
