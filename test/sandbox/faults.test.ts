import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FAULTS, type FaultName, type SandboxProvider } from "../../src/sandbox/sandbox.ts";
import {
  CREDAS_KEY,
  credas,
  NOON,
  startTestSandbox,
  type TestSandbox,
  TRUEWORK_KEY,
  truework,
  YOUVERIFY_KEY,
  youverify,
} from "./callers.ts";

/** How each provider is asked for a fault, by its code. */
const PROVIDERS = {
  credas: {
    provider: ({ credas: provider }: TestSandbox) => provider,
    paid: (code: number) => post("POST", `/api/v2/ci/companies/90${code}/refresh-report`, CREDAS_KEY),
    read: (code: number) => get(`/api/v2/ci/companies/80${code}`, CREDAS_KEY),
  },
  truework: {
    provider: ({ truework: provider }: TestSandbox) => provider,
    paid: (code: number) =>
      post("PUT", `/verification-requests/vr_sandbox_reverify_${code}/reverify/`, TRUEWORK_KEY, {
        report_id: `rep_sandbox_reverify_${code}`,
      }),
    read: (code: number) => get(`/verification-requests/vr_sandbox_read_${code}/`, TRUEWORK_KEY),
  },
  youverify: {
    provider: ({ youverify: provider }: TestSandbox) => provider,
    paid: (code: number) =>
      post("POST", "/v2/api/identity/credit-report/gb/business", YOUVERIFY_KEY, {
        companyNumber: `F0000${code}`,
        isSubjectConsent: true,
      }),
    read: (code: number) => get(`/v2/api/identity/${"0".repeat(21)}${code}`, YOUVERIFY_KEY),
  },
};

type Ask = { path: string; init: RequestInit };

function get(path: string, headers: Record<string, string>): Ask {
  return { path, init: { headers } };
}

function post(method: string, path: string, headers: Record<string, string>, body?: unknown): Ask {
  return { path, init: { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) } };
}

/** What a caller sees: a status, as soon as there is one, and a body, or how waiting for them ended. */
async function observe(provider: SandboxProvider, { path, init }: Ask, patienceMs = 5000): Promise<string> {
  let status = "";
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(provider.baseUrl + path, { ...init, redirect: "manual", signal });
    status = `${response.status} `;
    const body = await response.text();
    return status + (body.length > 1e6 ? "(huge)" : body);
  } catch (error) {
    return status + (error instanceof DOMException ? "(no end)" : "(broken)");
  }
}

/** Only a fault that never ends is given up on soon. */
function patienceFor(name: FaultName): number {
  return name === "hung" || name === "dripping" ? 200 : 5000;
}

const SEEN: Record<FaultName, RegExp> = {
  redirect: /^302 $/,
  "bad-request": /^400 \{/,
  unauthorized: /^401 \{/,
  "insufficient-funds": /^402 \{/,
  forbidden: /^403 \{/,
  "not-found": /^404 \{/,
  "method-not-allowed": /^405 \{/,
  "version-refused": /^406 \{/,
  "request-timeout": /^408 Something/,
  conflict: /^409 \{/,
  unprocessable: /^422 \{/,
  "too-early": /^425 Something/,
  "too-many-requests": /^429 \{/,
  "frozen-ssn": /^451 \{/,
  "server-error": /^500 Something/,
  "bad-gateway": /^502 <!doctype/,
  "upstream-unreachable-503": /^503 \{.*not reacheable/,
  "upstream-unreachable-500": /^500 \{.*not reachable/,
  "internal-error": /^500 \{.*Internal Server Error/,
  slow: /^20[01] \{.*\}$/,
  hung: /^\(no end\)$/,
  reset: /^\(broken\)$/,
  html: /^200 <!doctype/,
  truncated: /^20[01] \(broken\)$/,
  empty: /^20[01] $/,
  "html-forbidden": /^403 <!doctype/,
  unsuccessful: /^200 .*"success":false/,
  "broken-status-line": /^\(broken\)$/,
  dripping: /^200 \(no end\)$/,
  huge: /^200 \(huge\)$/,
  "without-id": /^20[01] \{\}$/,
  "no-content": /^204 $/,
};

const NAMES = Object.keys(FAULTS) as FaultName[];

describe.each(Object.entries(PROVIDERS))("faults of %s", (_, { provider, paid, read }) => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startTestSandbox();
  });
  beforeEach(() => sandbox.startOver());
  afterAll(() => sandbox.close());

  it.each(NAMES)("%s of the paid call: looks like it, and charges only what a client cannot know", async (name) => {
    const seen = await observe(provider(sandbox), paid(FAULTS[name].code), patienceFor(name));

    expect(seen).toMatch(SEEN[name]);
    expect(provider(sandbox).charges()).toHaveLength(FAULTS[name].charges ? 1 : 0);
  });

  it.each(NAMES)("%s of the read: looks like it, and charges nothing", async (name) => {
    const seen = await observe(provider(sandbox), read(FAULTS[name].code), patienceFor(name));

    expect(seen).toMatch(SEEN[name]);
    expect(provider(sandbox).charges()).toEqual([]);
  });
});

describe("faults", () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startTestSandbox();
  });
  beforeEach(() => sandbox.startOver());
  afterAll(() => sandbox.close());

  it("of the paid call leave the reads for it good", async () => {
    expect((await credas(sandbox).company(90500)).json.id).toBe(90500);
    expect((await truework(sandbox).verification("vr_sandbox_reverify_500")).json.state).toBe("completed");
  });

  it("of the read leave the paid call good", async () => {
    expect((await credas(sandbox).refresh(80500)).status).toBe(200);
    expect((await truework(sandbox).reverify("vr_sandbox_read_500")).status).toBe(201);
  });

  it("that charge leave behind what was paid for", async () => {
    const { reference } = await chargeOf(sandbox.truework, PROVIDERS.truework.paid(906));
    const bought = await chargeOf(sandbox.youverify, PROVIDERS.youverify.paid(906));
    await observe(sandbox.credas, PROVIDERS.credas.paid(906));

    expect((await truework(sandbox).list("?limit=1")).json.results[0].id).toBe(reference);
    expect((await youverify(sandbox).identity(bought.reference ?? "")).json.data.status).toBe("found");
    expect((await credas(sandbox).company(90906)).json.fullReport.reportInformation.sequence).toBe(2);
  });

  it("429 says when to come back: an HTTP date from Credas, seconds from the others", async () => {
    expect((await credas(sandbox).refresh(90429)).headers.get("retry-after")).toBe(new Date(NOON + 2000).toUTCString());
    expect((await truework(sandbox).verification("vr_sandbox_read_429")).headers.get("retry-after")).toBe("2");
    expect((await youverify(sandbox).request({ companyNumber: "F0000429" })).headers.get("retry-after")).toBe("2");
  });

  async function chargeOf(provider: SandboxProvider, ask: Ask) {
    await observe(provider, ask);
    const charge = provider.charges().at(-1);
    if (charge === undefined) throw new Error("expected a charge");
    return charge;
  }
});
