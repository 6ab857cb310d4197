import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { Agent, request } from "undici";
import type { ProviderName } from "./world.ts";

/** What a client got, and when. */
export interface Answer {
  /** "answered"; the code of the error; or what a paid mutation came to. */
  kind: string;
  tookMs: number;
  /** Milliseconds by this process's clock. */
  atMs: number;
}

/** A GraphQL document with its variables. */
export interface Ask {
  query: string;
  variables: object;
}

// As many connections as there are requests, so that none waits here.
const agent = new Agent({ connections: null, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });

/** Asks, and tells what came of it. Never throws: a broken connection is an answer of the kind "lost". */
export async function ask(url: string, { query, variables }: Ask): Promise<Answer> {
  const beganMs = performance.now();
  const kind = await post(url, JSON.stringify({ query, variables })).then(nameAnswer, () => "lost");
  const atMs = performance.now();
  return { kind, tookMs: atMs - beganMs, atMs };
}

async function post(url: string, body: string): Promise<GraphqlAnswer> {
  const headers = { "content-type": "application/json" };
  const response = await request(url, { method: "POST", headers, body, dispatcher: agent });
  return (await response.body.json()) as GraphqlAnswer;
}

interface GraphqlAnswer {
  data?: { it?: { __typename?: string } | null } | null;
  errors?: { extensions?: { code?: string } }[];
}

function nameAnswer({ data, errors }: GraphqlAnswer): string {
  if (errors) return errors[0]?.extensions?.code ?? "NO_CODE";
  return data?.it?.__typename ?? "answered";
}

const reading: Record<ProviderName, string> = {
  credas: "query Read($id: ID!) { it: company(id: $id) { id } }",
  truework: "query Read($id: ID!) { it: verification(id: $id) { id } }",
  youverify: "query Read($id: ID!) { it: businessCreditReport(id: $id) { id } }",
};

/** A read of this entity. */
export function read(provider: ProviderName, id: string): Ask {
  return { query: reading[provider], variables: { id } };
}

/** A read of an entity that nobody has asked for before: it is not there, but only the provider can say so. */
export function readOfNew(provider: ProviderName): Ask {
  const ids: Record<ProviderName, () => string> = {
    credas: () => String(randomInt(1_000_000, 100_000_000)),
    truework: () => `vr_new_${randomBytes(8).toString("hex")}`,
    youverify: () => `ffff${randomBytes(10).toString("hex")}`,
  };
  return read(provider, ids[provider]());
}

/** A purchase under a key of its own. */
export function purchase(provider: ProviderName): Ask {
  const idempotencyKey = randomUUID();
  switch (provider) {
    case "credas":
      return buying("refreshCompanyReport", "RefreshCompanyReportInput", { companyId: "6518", idempotencyKey });
    case "truework":
      return buying("reverifyVerification", "ReverifyVerificationInput", {
        verificationId: "vr_sandbox_completed_sync",
        reportId: "rep_sandbox_completed_sync",
        idempotencyKey,
      });
    case "youverify":
      return buying("requestBusinessCreditReport", "RequestBusinessCreditReportInput", {
        companyNumber: "99000010",
        subjectConsent: true,
        idempotencyKey,
      });
  }
}

function buying(field: string, type: string, input: object): Ask {
  return {
    query: `mutation Buy($input: ${type}!) { it: ${field}(input: $input) { __typename } }`,
    variables: { input },
  };
}

export function closeClients(): Promise<void> {
  return agent.destroy();
}
