import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, CREDAS_KEY, credas, startTestSandbox, type TestSandbox, TRUEWORK_KEY } from "./callers.ts";

describe("the sandbox's own endpoints", () => {
  let sandbox: TestSandbox;
  const admin = (method: string, path: string, body?: unknown) =>
    ask(sandbox.credas, path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });

  beforeAll(async () => {
    sandbox = await startTestSandbox();
  });
  beforeEach(() => sandbox.startOver());
  afterAll(() => sandbox.close());

  it("list the charges", async () => {
    await credas(sandbox).refresh(6510);

    const { json } = await admin("GET", "/_charges");

    expect(json).toEqual({ count: 1, charges: sandbox.credas.charges() });
    expect(json.charges[0].at).toBe("2030-01-15T12:00:00.000Z");
  });

  it("list the calls by endpoint, their own not among them", async () => {
    await credas(sandbox).company(6510);
    await credas(sandbox).company(6511);
    await ask(sandbox.credas, "/elsewhere");

    const { json } = await admin("GET", "/_calls");

    expect(json.byTemplate).toEqual({ "GET /api/v2/ci/companies/{id}": 2, "GET unmatched": 1 });
    expect(json).toMatchObject({ count: 3, calls: sandbox.credas.calls() });
    expect(json.calls[0]).toEqual({
      at: "2030-01-15T12:00:00.000Z",
      method: "GET",
      template: "/api/v2/ci/companies/{id}",
    });
  });

  it("tell the most calls in progress at once", async () => {
    await admin("PUT", "/_behaviour", { delayMs: 50 });

    await Promise.all([6510, 6511, 6512].map(credas(sandbox).company));

    expect((await admin("GET", "/_calls")).json.atOnce).toBe(3);
    expect(sandbox.credas.mostCallsAtOnce()).toBe(3);
  });

  it("hold an answer until they let it go; a paid call is charged meanwhile", async () => {
    await admin("PUT", "/_behaviour", { hold: true, on: "paid" });

    const held = credas(sandbox).refresh(6510);
    await expect.poll(() => sandbox.credas.charges().length, { timeout: 10_000 }).toBe(1);
    const first = await Promise.race([
      held.then(() => "answered"),
      credas(sandbox)
        .company(6510)
        .then(() => "a read"),
    ]);
    await admin("DELETE", "/_behaviour");

    expect(first).toBe("a read");
    expect((await held).status).toBe(200);
  });

  it("set a fault for so many paid calls, and reads stay good", async () => {
    await admin("PUT", "/_behaviour", { fault: "insufficient-funds", on: "paid", times: 1 });
    const { company, refresh } = credas(sandbox);

    const statuses = [(await company(6510)).status, (await refresh(6510)).status, (await refresh(6510)).status];

    expect(statuses).toEqual([200, 402, 200]);
    expect(sandbox.credas.charges()).toHaveLength(1);
  });

  it("set a fault for reads until it is ended", async () => {
    await admin("PUT", "/_behaviour", { fault: "upstream-unreachable-503", on: "reads" });
    const { company, refresh } = credas(sandbox);

    const during = [(await company(6510)).status, (await company(6510)).status, (await refresh(6510)).status];
    await admin("DELETE", "/_behaviour");

    expect(during).toEqual([503, 503, 200]);
    expect((await company(6510)).status).toBe(200);
  });

  it("delay answers, but charge on arrival", async () => {
    sandbox.credas.behave({ delayMs: 100 });

    const answer = credas(sandbox).refresh(6510);
    while (sandbox.credas.charges().length === 0) await sleep(5);
    const early = await Promise.race([answer.then(() => "answered"), sleep(20, "waiting")]);

    expect(early).toBe("waiting");
    expect((await answer).status).toBe(200);
  });

  it.each([
    ["an unknown fault", { fault: "asleep" }],
    ["an unknown setting", { delay: 5 }],
    ["a negative delay", { delayMs: -1 }],
    ["a hold that is no yes or no", { hold: 1 }],
    ["a list", []],
  ])("refuse %s with 400", async (_, body) => {
    const { status, json } = await admin("PUT", "/_behaviour", body);

    expect(status).toBe(400);
    expect(json.error).toEqual(expect.any(String));
  });

  it("forget charges, calls, behaviour and changes to the data", async () => {
    await credas(sandbox).refresh(6510);
    await admin("PUT", "/_behaviour", { fault: "server-error" });

    await admin("POST", "/_reset");

    expect(sandbox.credas.charges()).toEqual([]);
    expect(sandbox.credas.calls()).toEqual([]);
    expect((await credas(sandbox).company(6510)).json.fullReport.reportInformation.sequence).toBe(1);
  });

  it("name the faults", async () => {
    expect((await admin("GET", "/_faults")).json["insufficient-funds"]).toMatchObject({ code: 402, charges: false });
  });

  it("answer 405 and 404 for what they do not have", async () => {
    const wrongMethod = await admin("DELETE", "/_charges");

    expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "GET"]);
    expect((await admin("GET", "/_nothing")).status).toBe(404);
  });
});

describe("a simulated provider", () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startTestSandbox();
  });
  afterAll(() => sandbox.close());

  it("answers 404 for another path and 405 for another method, in JSON", async () => {
    const path = await ask(sandbox.credas, "/api/v1/companies/6510", { headers: CREDAS_KEY });
    const method = await ask(sandbox.credas, "/api/v2/ci/companies/6510", { method: "DELETE", headers: CREDAS_KEY });

    expect(path).toMatchObject({ status: 404, json: { title: "Not found" } });
    expect(method).toMatchObject({ status: 405, json: { title: "Method not allowed" } });
    expect(method.headers.get("allow")).toBe("GET");
  });

  it("answers 400 for malformed JSON and 413 for more than 1 MB", async () => {
    const path = "/verification-requests/vr_sandbox_completed_one_report/reverify/";
    const put = (body: string) => ask(sandbox.truework, path, { method: "PUT", headers: TRUEWORK_KEY, body });

    expect((await put("{")).status).toBe(400);
    expect((await put(`"${"x".repeat(1024 * 1024)}"`)).status).toBe(413);
    expect(sandbox.truework.charges()).toEqual([]);
  });
});
