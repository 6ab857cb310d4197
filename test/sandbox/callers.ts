import { type Sandbox, type SandboxProvider, startSandbox } from "../../src/sandbox/sandbox.ts";

/** When a test sandbox's time begins. */
export const NOON = Date.UTC(2030, 0, 15, 12);

export interface TestSandbox extends Sandbox {
  passTime(ms: number): void;
  /** Resets the data, and the time. */
  startOver(): void;
}

/** A sandbox whose time stands still until it is moved. */
export async function startTestSandbox(): Promise<TestSandbox> {
  let now = NOON;
  const sandbox = await startSandbox({ clock: () => now, slowMs: 50 });
  return {
    ...sandbox,
    passTime: (ms) => {
      now += ms;
    },
    startOver: () => {
      now = NOON;
      for (const provider of [sandbox.credas, sandbox.truework, sandbox.youverify]) provider.reset();
    },
  };
}

export const CREDAS_KEY = { "x-api-key": "sandbox-credas-key" };
export const TRUEWORK_KEY = {
  authorization: "Bearer sandbox-truework-key",
  accept: "application/json; version=2022-08-01",
};
export const YOUVERIFY_KEY = { token: "sandbox-youverify-key" };

type Json = ReturnType<typeof JSON.parse>;

/** Asks for JSON, with the status beside it. */
export async function ask(provider: SandboxProvider, path: string, init: RequestInit = {}) {
  const response = await fetch(provider.baseUrl + path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: (text === "" ? null : JSON.parse(text)) as Json };
}

export function credas({ credas: provider }: Sandbox) {
  return {
    company: (id: number) => ask(provider, `/api/v2/ci/companies/${id}`, { headers: CREDAS_KEY }),
    refresh: (id: number) =>
      ask(provider, `/api/v2/ci/companies/${id}/refresh-report`, { method: "POST", headers: CREDAS_KEY }),
  };
}

export function truework({ truework: provider }: Sandbox) {
  return {
    verification: (id: string) => ask(provider, `/verification-requests/${id}/`, { headers: TRUEWORK_KEY }),
    list: (query = "") => ask(provider, `/verification-requests/${query}`, { headers: TRUEWORK_KEY }),
    reverify: (id: string, reportId = id.replace("vr_", "rep_"), mode = "async") =>
      ask(provider, `/verification-requests/${id}/reverify/`, {
        method: "PUT",
        headers: { ...TRUEWORK_KEY, "request-sync": mode },
        body: JSON.stringify({ report_id: reportId }),
      }),
  };
}

export function youverify({ youverify: provider }: Sandbox) {
  return {
    identity: (id: string) => ask(provider, `/v2/api/identity/${id}`, { headers: YOUVERIFY_KEY }),
    request: (order: Record<string, unknown>) =>
      ask(provider, "/v2/api/identity/credit-report/gb/business", {
        method: "POST",
        headers: YOUVERIFY_KEY,
        body: JSON.stringify({ isSubjectConsent: true, ...order }),
      }),
  };
}
