import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import type { FaultName } from "../../src/sandbox/sandbox.ts";
import { findCharge, graphOn, startLedgerGraph } from "../support/graph-on-ledger.ts";
import { aKey } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { documentOf, type PaidMutation, paidMutations, pay } from "../support/paid-mutations.ts";

type Told = { __typename: string } & Record<string, unknown>;

const rejected = (status: number): Told => ({ __typename: "ProviderRejection", status });
const unavailable: Told = { __typename: "ProviderUnavailable", retryAfterSeconds: null };
const unreachable = ["upstream-unreachable-503", "upstream-unreachable-500"] as const;

/** Not charged, for any provider. */
const refusals: [FaultName, Told][] = [
  ["insufficient-funds", { __typename: "InsufficientFunds" }],
  ["bad-request", rejected(400)],
  ["conflict", rejected(409)],
  ["unprocessable", rejected(422)],
  ["frozen-ssn", rejected(451)],
  ["unauthorized", unavailable],
  ["forbidden", unavailable],
  ["version-refused", unavailable],
  ["too-many-requests", { __typename: "ProviderUnavailable", retryAfterSeconds: expect.any(Number) }],
];

/** Not charged, for one provider. */
const ownRefusals: Record<PaidMutation["provider"], [FaultName, Told][]> = {
  credas: [
    ["not-found", { __typename: "CompanyNotFound" }],
    ["method-not-allowed", rejected(405)],
  ],
  truework: [
    ["not-found", unavailable],
    ["method-not-allowed", unavailable],
  ],
  youverify: [
    ["not-found", rejected(404)],
    ["method-not-allowed", rejected(405)],
    ...unreachable.map((fault): [FaultName, Told] => [fault, unavailable]),
  ],
};

const oursToFix: Record<PaidMutation["provider"], FaultName[]> = {
  credas: ["unauthorized", "forbidden", "version-refused"],
  truework: ["unauthorized", "forbidden", "version-refused", "not-found", "method-not-allowed"],
  youverify: ["unauthorized", "forbidden", "version-refused"],
};

const doubtful: FaultName[] = [
  "html",
  "unsuccessful",
  "server-error",
  "bad-gateway",
  "internal-error",
  "request-timeout",
  "too-early",
  "html-forbidden",
  "reset",
  "broken-status-line",
  "redirect",
];

const accepted: FaultName[] = ["truncated", "empty", "no-content", "without-id", "huge"];

describeOnEachDatabase("what an answer means", (kind) => {
  const graph = graphOn(kind);

  describe.each(paidMutations)("at $field", (mutation) => {
    const { provider, operation, entity } = mutation;
    const spoiled = (fault: FaultName) => graph().sandbox[provider].behave({ fault, on: "paid" });

    it.each([...refusals, ...ownRefusals[provider]])(
      "%s is not charged, and the same key may be sent again",
      async (fault, told) => {
        const input = { ...mutation.input, idempotencyKey: aKey() };
        spoiled(fault);

        const refused = await pay(graph(), mutation, input);
        const onRecord = await findCharge(graph(), input.idempotencyKey, operation);
        graph().sandbox[provider].behave(null);
        const again = await pay(graph(), mutation, input);

        expect(refused).toEqual({ ...told, message: expect.stringMatching(/Nothing was charged/) });
        expect(onRecord).toMatchObject({ state: "NOT_CHARGED", resultId: null, settledAt: expect.any(String) });
        expect(again).toMatchObject({ replayed: false, charge: { id: onRecord.id, state: "CHARGED" } });
        expect([graph().paidCalls(), graph().charges().length]).toEqual([2, 1]);
      },
    );

    it.each(refusals)("%s under a known key with another input is IdempotencyKeyReused", async (fault) => {
      const idempotencyKey = aKey();
      spoiled(fault);
      await pay(graph(), mutation, { ...mutation.input, idempotencyKey });
      graph().sandbox[provider].behave(null);

      const reused = await pay(graph(), mutation, { ...mutation.otherInput, idempotencyKey });

      expect(reused).toMatchObject({ __typename: "IdempotencyKeyReused", charge: { state: "NOT_CHARGED" } });
      expect(graph().paidCalls()).toBe(1);
    });

    it.each(oursToFix[provider])("%s is an error in the log, for it is ours to fix", async (fault) => {
      const idempotencyKey = aKey();
      spoiled(fault);
      const before = graph().logged().length;

      await pay(graph(), mutation, { ...mutation.input, idempotencyKey });

      const { id } = await findCharge(graph(), idempotencyKey, operation);
      const lines = graph()
        .logged()
        .slice(before)
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines).toContainEqual(expect.objectContaining({ level: 50, chargeId: id }));
    });

    it.each([...doubtful, ...(provider === "youverify" ? [] : unreachable)])(
      "%s is unknown, and the same key sends nothing more",
      async (fault) => {
        const input = { ...mutation.input, idempotencyKey: aKey() };
        spoiled(fault);

        const lost = await pay(graph(), mutation, input);
        graph().sandbox[provider].behave(null);
        const again = await pay(graph(), mutation, input);

        expect(lost).toEqual({
          __typename: "ChargeOutcomeUnknown",
          message: expect.any(String),
          charge: expect.objectContaining({ state: "UNKNOWN", settledAt: null, resultId: null }),
        });
        expect(again).toEqual(lost);
        expect(graph().paidCalls()).toBe(1);
      },
    );

    it.each(accepted)("%s is charged, and the same key is a replay", async (fault) => {
      const input = { ...mutation.input, idempotencyKey: aKey() };
      spoiled(fault);

      const first = await graph().ask(documentOf(mutation), { input });
      const again = await graph().ask(documentOf(mutation), { input });

      expect(first.data?.paid).toMatchObject({ replayed: false, charge: { state: "CHARGED" } });
      expect(again.data?.paid).toEqual({ ...first.data?.paid, replayed: true });
      if (provider === "credas") {
        // The company is read by itself, so nothing is missing.
        expect(first.data?.paid.company).toEqual({ id: "6510" });
      } else {
        expect(first.data?.paid[entity]).toBeNull();
        expect(first.errors).toMatchObject([{ path: ["paid", entity] }]);
        expect(again.errors).toMatchObject([{ path: ["paid", entity] }]);
      }
      expect([graph().paidCalls(), graph().charges().length]).toEqual([1, 1]);
    });

    it("an entity that can't be read afterwards is null with an error beside it, and the charge stands", async () => {
      const input = { ...mutation.input, idempotencyKey: aKey() };
      const first = await pay(graph(), mutation, input);
      graph().sandbox[provider].behave({ fault: "server-error", on: "reads" });

      const { data, errors } = await graph().ask(documentOf(mutation), { input });

      expect(data?.paid).toEqual({ ...first, [entity]: null, replayed: true });
      expect(errors).toMatchObject([{ path: ["paid", entity], extensions: { code: "PROVIDER_UNAVAILABLE" } }]);
    });

    it("no connection at all is not charged, and the key stays free", async () => {
      const database = await kind.create();
      const { baseUrl, reads } = await startProviderThatGoesAway();
      const gone = await startLedgerGraph(database.url, { [`${provider.toUpperCase()}_BASE_URL`]: baseUrl });
      const input = { ...mutation.input, idempotencyKey: aKey() };
      // Only the reverification reads first; the others find nobody from the start.
      if (provider !== "truework") await fetch(baseUrl);

      const first = await pay(gone, mutation, input);
      const onRecord = await findCharge(gone, input.idempotencyKey, operation);
      const again = await pay(gone, mutation, input);
      await gone.close();
      await database.drop();

      expect(reads()).toBe(1);
      expect(onRecord).toMatchObject({ state: "NOT_CHARGED" });
      expect([first, again]).toMatchObject([unavailable, unavailable]);
    });
  });

  it("a report that Youverify has nothing about is charged all the same", async () => {
    const [, , request] = paidMutations;

    const paid = await pay(graph(), request, {
      companyNumber: "NI999999",
      subjectConsent: true,
      idempotencyKey: aKey(),
    });

    expect(paid).toMatchObject({ replayed: false, charge: { state: "CHARGED" }, report: { id: expect.any(String) } });
  });

  it("an answer is in the log before it is in the ledger, with the charge's id and the provider's", async () => {
    const [, reverify] = paidMutations;
    const before = graph().logged().length;

    const { charge } = await pay(graph(), reverify, { ...reverify.input, idempotencyKey: aKey() });

    const lines = graph()
      .logged()
      .slice(before)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: "charge: answered",
        chargeId: charge.id,
        attempt: 1,
        state: "CHARGED",
        status: 201,
        resultId: charge.resultId,
      }),
    );
    expect(charge).toMatchObject({ price: { amount: "19.95", currency: "USD" } });
  });

  it("Youverify gets the charge's id as the last member of its metadata, and nobody reads it there", async () => {
    const [, , request] = paidMutations;
    const metadata = { z: 1, a: { b: [true] } };

    const { charge, report } = await pay(graph(), request, { ...request.input, metadata, idempotencyKey: aKey() });
    const { data } = await graph().ask("query R($id: ID!) { businessCreditReport(id: $id) { metadata } }", {
      id: report.id,
    });

    const sent = graph().charges()[0]?.metadata as object;
    expect(Object.entries(sent)).toEqual([...Object.entries(metadata), ["diligenceCharge", charge.id]]);
    expect(data).toEqual({ businessCreditReport: { metadata } });
  });
});

/** Answers one read with a verification that may be reverified, and then nobody is there any more. */
async function startProviderThatGoesAway(): Promise<{ baseUrl: string; reads(): number }> {
  let reads = 0;
  const server = createServer((_request, response) => {
    reads += 1;
    server.close();
    response.writeHead(200, { "content-type": "application/json", connection: "close" });
    response.end(
      JSON.stringify({ id: "vr_sandbox_completed_sync", created: "2026-01-01T00:00:00Z", state: "completed" }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, reads: () => reads };
}
