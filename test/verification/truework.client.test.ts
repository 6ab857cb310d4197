import { describe, expect, it } from "vitest";
import { aVerificationRecord, VERIFICATION_ID } from "../fixtures/truework/verification-record.ts";
import { answerStatus, answerText } from "../support/answers.ts";
import { providersAnswering } from "../support/providers-answering.ts";
import { answerJson } from "../support/recording-provider.ts";

describe("Truework on the wire", () => {
  it("reads a verification by GET, with a bearer token and the API version", async () => {
    const { truework, requests } = await providersAnswering(answerJson(aVerificationRecord()));

    await truework.findVerification(VERIFICATION_ID);

    expect(requests).toEqual([
      {
        method: "GET",
        url: `/verification-requests/${VERIFICATION_ID}/`,
        headers: expect.objectContaining(ourHeaders),
        body: "",
      },
    ]);
    expect(requests[0]!.headers).not.toHaveProperty("request-sync");
    expect(requests[0]!.headers).not.toHaveProperty("content-type");
  });

  it("lists verifications by GET, with state, limit and offset", async () => {
    const { truework, requests } = await providersAnswering(answerJson({ results: [] }));

    await truework.listVerifications({ state: "PENDING_APPROVAL", limit: 10, offset: 30 });

    expect(requests).toEqual([
      {
        method: "GET",
        url: "/verification-requests/?state=pending-approval&limit=10&offset=30",
        headers: expect.objectContaining(ourHeaders),
        body: "",
      },
    ]);
  });

  it("lists verifications of every state where none is asked for", async () => {
    const { truework, requests } = await providersAnswering(answerJson({ results: [] }));

    await truework.listVerifications({ limit: 25, offset: 0 });

    expect(requests.map(({ url }) => url)).toEqual(["/verification-requests/?limit=25&offset=0"]);
  });

  it.each([
    ["PENDING_APPROVAL", "pending-approval"],
    ["ACTION_REQUIRED", "action-required"],
    ["INVALID", "invalid"],
    ["PROCESSING", "processing"],
    ["COMPLETED", "completed"],
    ["CANCELED", "canceled"],
  ] as const)("asks for the state %s as %s", async (state, word) => {
    const { truework, requests } = await providersAnswering(answerJson({ results: [] }));

    await truework.listVerifications({ state, limit: 1, offset: 0 });

    expect(requests[0]!.url).toBe(`/verification-requests/?state=${word}&limit=1&offset=0`);
  });

  it.each([
    ["ASYNC", "async"],
    ["SYNC", "sync"],
  ] as const)("reverifies in mode %s by PUT, with the report's id as JSON", async (mode, requestSync) => {
    const { truework, requests } = await providersAnswering(answerJson(aVerificationRecord(), 201));

    await truework.reverify(VERIFICATION_ID, "RepSpecimen", mode);

    expect(requests).toEqual([
      {
        method: "PUT",
        url: `/verification-requests/${VERIFICATION_ID}/reverify/`,
        headers: expect.objectContaining({
          ...ourHeaders,
          "request-sync": requestSync,
          "content-type": "application/json",
          "content-length": "27",
        }),
        body: '{"report_id":"RepSpecimen"}',
      },
    ]);
  });

  it("asks for TRUEWORK_API_VERSION, in reads and paid calls", async () => {
    const { truework, requests } = await providersAnswering(answerStatus(404), {
      environment: { TRUEWORK_API_VERSION: "2020-12-07" },
    });

    await truework.findVerification(VERIFICATION_ID);
    await truework.reverify(VERIFICATION_ID, "RepSpecimen", "ASYNC");

    const accept = "application/json; version=2020-12-07";
    expect(requests.map(({ headers }) => headers.accept)).toEqual([accept, accept]);
  });

  it("keeps a hostile id one segment of the path", async () => {
    const { truework, requests } = await providersAnswering(answerStatus(404));

    await truework.findVerification("../../admin?x=");
    await truework.reverify("../../admin?x=", "RepSpecimen", "ASYNC");

    expect(requests.map(({ url }) => url)).toEqual([
      "/verification-requests/..%2F..%2Fadmin%3Fx%3D/",
      "/verification-requests/..%2F..%2Fadmin%3Fx%3D/reverify/",
    ]);
  });

  it.each(["", ".", ".."])("sends nothing for the id %j", async (id) => {
    const { truework, requests } = await providersAnswering(answerStatus(404));

    await expect(truework.findVerification(id)).rejects.toThrow(TypeError);
    await expect(truework.reverify(id, "RepSpecimen", "ASYNC")).rejects.toThrow(TypeError);

    expect(requests).toEqual([]);
  });
});

describe("a verification of Truework's", () => {
  it.each([
    ["404", answerStatus(404)],
    ["404 without a body", answerText("", { status: 404, contentType: null })],
  ])("is none where the answer is %s", async (_what, answer) => {
    const { truework } = await providersAnswering(answer);

    expect(await truework.findVerification(VERIFICATION_ID)).toBeNull();
  });

  it.each([
    ["another id", { id: "Another" }],
    ["the id in another case", { id: VERIFICATION_ID.toLowerCase() }],
    ["no id", { id: null }],
    ["an empty id", { id: "" }],
    ["a number for an id", { id: 7 }],
    ["no created", { created: null }],
    ["a created that is no time", { created: "yesterday" }],
    ["a created that does not exist", { created: "2030-02-30T00:00:00Z" }],
  ])("is malformed with %s", async (_what, told) => {
    const { truework } = await providersAnswering(answerJson(aVerificationRecord(told)));

    await expect(truework.findVerification(VERIFICATION_ID)).rejects.toMatchObject({
      provider: "TRUEWORK",
      kind: "malformed",
    });
  });
});

describe("the answer to a reverification", () => {
  it("is the new verification, with an id of its own", async () => {
    const { truework } = await providersAnswering(answerJson({}));

    const verification = truework.readReverified(aVerificationRecord({ id: "New_1", state: "pending-approval" }));

    expect(verification).toMatchObject({ id: "New_1", state: "PENDING_APPROVAL" });
  });

  it.each([[undefined], [null], [{}], [[]], ["done"], [{ id: "New_1" }]])(
    "is malformed where it is %j, without an exception",
    async (body) => {
      const { truework } = await providersAnswering(answerJson({}));

      expect(truework.readReverified(body)).toMatchObject({ name: "ProviderError", kind: "malformed" });
    },
  );
});

describe("what goes on record of a charged reverification", () => {
  it("is the new verification's id and its price", async () => {
    const { truework } = await providersAnswering(answerJson({}));

    expect(truework.readPurchase({ id: "New_1", price: { amount: "19.95", currency: "USD" } })).toEqual({
      resultId: "New_1",
      price: { amount: "19.95", currency: "USD" },
    });
  });

  it.each(["", "New\u0000", "New 1", "N".repeat(256), "..", "\ud800"])("is no id where it is %j", async (id) => {
    const { truework } = await providersAnswering(answerJson({}));

    expect(truework.readPurchase({ id })).toEqual({ resultId: null, price: null });
  });

  it.each([
    { amount: "19.95", currency: "U\u0000D" },
    { amount: "19.95", currency: "U".repeat(11) },
    { amount: "1".repeat(41), currency: "USD" },
  ])("is no price where it is %j", async (price) => {
    const { truework } = await providersAnswering(answerJson({}));

    expect(truework.readPurchase({ id: "New_1", price })).toEqual({ resultId: "New_1", price: null });
  });
});

const ourHeaders = {
  authorization: "Bearer test-truework-key",
  accept: "application/json; version=2022-08-01",
};
