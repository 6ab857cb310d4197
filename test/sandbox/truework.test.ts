import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, startTestSandbox, type TestSandbox, TRUEWORK_KEY, truework } from "./callers.ts";

const ONE_REPORT = "vr_sandbox_completed_one_report";

describe("simulated Truework", () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startTestSandbox();
  });
  beforeEach(() => sandbox.startOver());
  afterAll(() => sandbox.close());

  it("answers a completed verification with its report", async () => {
    const { status, json } = await truework(sandbox).verification(ONE_REPORT);

    expect(status).toBe(200);
    expect(json).toMatchObject({
      id: ONE_REPORT,
      state: "completed",
      created: "2030-01-03T12:00:00.000000Z",
      date_of_completion: "2030-01-05T12:00:00.000Z",
      price: { amount: "39.95", currency: "USD" },
      target: { social_security_number: "***-**-0000", contact_email: "jamie@example.com" },
      metadata: { note: null },
      reports: [{ id: "rep_sandbox_completed_one_report", current_as_of: "2030-01-05" }],
    });
  });

  it("answers with and without the trailing slash", async () => {
    const paths = [`/verification-requests/${ONE_REPORT}`, "/verification-requests", "/verification-requests/?limit=1"];

    const answers = await Promise.all(paths.map((path) => ask(sandbox.truework, path, { headers: TRUEWORK_KEY })));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("tells ids apart by case", async () => {
    const { verification } = truework(sandbox);

    expect((await verification("vr_sandbox_COMPLETED_ONE_REPORT")).json.target.first_name).toBe("Upper");
    expect((await verification("VR_sandbox_completed_one_report")).status).toBe(404);
  });

  it("has two reports whose address and earnings year differ in kind", async () => {
    const { json } = await truework(sandbox).verification("vr_sandbox_completed_two_reports");

    const [first, second] = json.reports;

    expect([typeof first.employer.address, typeof second.employer.address]).toEqual(["string", "object"]);
    expect([typeof first.employee.earnings[0].year, typeof second.employee.earnings[0].year]).toEqual([
      "string",
      "number",
    ]);
  });

  it.each([
    ["vr_sandbox_pending_approval", "pending-approval"],
    ["vr_sandbox_action_required", "action-required"],
    ["vr_sandbox_action_requred", "action-requred"],
    ["vr_sandbox_invalid", "invalid"],
    ["vr_sandbox_processing", "processing"],
    ["vr_sandbox_canceled", "canceled"],
    ["vr_sandbox_canceled_without_reason", "canceled"],
    ["vr_sandbox_cancelled", "cancelled"],
    ["vr_sandbox_new_state", "awaiting-payroll"],
  ])("has %s in the state %s, without reports", async (id, state) => {
    const { json } = await truework(sandbox).verification(id);

    expect(json.state).toBe(state);
    expect(json).not.toHaveProperty("reports");
  });

  it("lists newest first, 25 to a page, with next and previous", async () => {
    const { list } = truework(sandbox);

    const first = (await list()).json;
    const second = (await list(new URL(first.next).search)).json;

    expect(first).toMatchObject({ count: 32, next: expect.stringContaining(`${sandbox.truework.baseUrl}/`) });
    expect(first).not.toHaveProperty("previous");
    expect(first.results).toHaveLength(25);
    expect(second).toMatchObject({ count: 32, next: null, previous: expect.stringContaining("offset=0") });
    const created = [...first.results, ...second.results].map((one: { created: string }) => one.created);
    expect(created).toEqual(created.toSorted().toReversed());
  });

  it("filters by state, whatever its spelling, and refuses one it does not know", async () => {
    const { list } = truework(sandbox);
    const states = async (state: string) =>
      (await list(`?limit=100&state=${state}`)).json.results.map((one: { state: string }) => one.state);

    expect(new Set(await states("canceled"))).toEqual(new Set(["canceled", "cancelled"]));
    expect(new Set(await states("action-required"))).toEqual(new Set(["action-required", "action-requred"]));
    expect((await list("?state=asleep")).json.error.invalid_fields).toHaveProperty("state");
    expect((await list("?limit=ten")).status).toBe(400);
  });

  it("reverifies asynchronously: pending, then processing, then completed with a new report", async () => {
    const { reverify, verification } = truework(sandbox);

    const { status, json: made } = await reverify(ONE_REPORT);
    const states = [made.state];
    for (const ms of [1000, 1000]) {
      sandbox.passTime(ms);
      states.push((await verification(made.id)).json.state);
    }

    expect(status).toBe(201);
    expect(made.id).not.toBe(ONE_REPORT);
    expect(states).toEqual(["pending-approval", "processing", "completed"]);
    const { json: completed } = await verification(made.id);
    expect(completed.reports).toMatchObject([{ current_as_of: "2030-01-15" }]);
    expect(sandbox.truework.charges()).toMatchObject([
      { operation: "reverify", target: ONE_REPORT, reference: made.id },
    ]);
  });

  it("lists a reverification first, and lets it be reverified in turn", async () => {
    const { list, reverify } = truework(sandbox);

    const { json: made } = await reverify("vr_sandbox_completed_sync", undefined, "sync");
    const again = await reverify(made.id, made.reports[0].id, "sync");

    expect((await list("?limit=2")).json.results.map(({ id }: { id: string }) => id)).toEqual([again.json.id, made.id]);
  });

  it("reverifies synchronously only what ran synchronously", async () => {
    const { reverify } = truework(sandbox);

    const allowed = await reverify("vr_sandbox_completed_sync", undefined, "sync");
    const refused = await reverify(ONE_REPORT, undefined, "sync");

    expect(allowed).toMatchObject({ status: 201, json: { state: "completed" } });
    expect(refused.status).toBe(400);
    expect(sandbox.truework.charges()).toHaveLength(1);
  });

  it.each([
    ["one not completed", "vr_sandbox_processing", "rep_sandbox_processing"],
    ["one completed over 90 days ago", "vr_sandbox_completed_long_ago", "rep_sandbox_completed_long_ago"],
    ["one whose hidden date is over", "vr_sandbox_completed_without_date_long_ago", undefined],
    ["a report of another verification", ONE_REPORT, "rep_sandbox_completed_sync"],
    ["no report id", ONE_REPORT, ""],
  ])("refuses to reverify %s with 400, and charges nothing", async (_, id, reportId) => {
    const { status, json } = await truework(sandbox).reverify(id, reportId);

    expect(status).toBe(400);
    expect(json.error.message).toEqual(expect.any(String));
    expect(sandbox.truework.charges()).toEqual([]);
  });

  it("decides by a completion date it does not tell", async () => {
    const { reverify, verification } = truework(sandbox);

    expect((await verification("vr_sandbox_completed_without_date")).json.date_of_completion).toBeNull();
    expect((await reverify("vr_sandbox_completed_without_date")).status).toBe(201);
  });

  it("answers 401 for a wrong key and 406 for a version without this endpoint", async () => {
    const path = `/verification-requests/${ONE_REPORT}/`;
    const newer = { ...TRUEWORK_KEY, accept: "application/json; version=2023-10-30" };

    const wrongKey = await ask(sandbox.truework, path, { headers: { authorization: "Bearer wrong" } });
    const wrongVersion = await ask(sandbox.truework, path, { headers: newer });

    expect(wrongKey).toMatchObject({ status: 401, json: { error: { message: "Invalid token." } } });
    expect(wrongVersion.status).toBe(406);
  });
});
