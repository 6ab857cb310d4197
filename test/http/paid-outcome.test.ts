import type { RequestListener } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PaidOutcome } from "../../src/http/paid-outcome.ts";
import type { Providers } from "../../src/providers.ts";
import {
  answerGibberish,
  answerHtml,
  answerStatus,
  answerText,
  answerTooMuch,
  breakOff,
  drip,
  hangUp,
  keepSilent,
  redirect,
  resetConnection,
} from "../support/answers.ts";
import { listen } from "../support/bare-listener.ts";
import { paidCalls } from "../support/calls.ts";
import { providersAnswering, providersAt } from "../support/providers-answering.ts";
import { answerJson, startRecordingProvider } from "../support/recording-provider.ts";

// The table of answers, row by row and through each client. An expected outcome is complete: nothing else may be in it.

type Row = [what: string, answer: RequestListener, outcome: PaidOutcome | { state: "UNKNOWN"; status?: number }];

const rowsForAll: Row[] = [
  ["200 with JSON", answerJson({ id: 1 }), charged(200, { id: 1 })],
  ["201 with JSON", answerJson({ id: 1 }, 201), charged(201, { id: 1 })],
  ["202 without a body", answerText("", { status: 202, contentType: null }), charged(202)],
  ["204", answerText("", { status: 204, contentType: null }), charged(204)],
  ["200 with cut JSON", answerText('{"id": 65'), charged(200)],
  ["200 whose body breaks off", breakOff(), charged(200)],
  ["200 whose body never ends", drip, charged(200)],
  ["200 with a list", answerJson([1]), charged(200, [1])],
  ["200 with text", answerText("done", { contentType: "text/plain" }), charged(200)],
  ["200 with success: true", answerJson({ success: true }), charged(200, { success: true })],
  ["200 after early hints", answerAfterHints, charged(200, { id: 1 })],

  ["200 with success: false", answerJson({ success: false }), unknown(200)],
  ["201 with success: false", answerJson({ success: false, data: {} }, 201), unknown(201)],
  ["200 with a web page", answerHtml(200), unknown(200)],
  ["200 with a web page that calls itself JSON", answerText("<!doctype html>"), unknown(200)],
  ["200 with a web page that breaks off", breakOff({ contentType: "text/html" }), unknown(200)],

  ["402", answerStatus(402), notCharged("insufficient-funds", 402)],
  ["400", answerStatus(400), notCharged("rejected", 400)],
  ["409", answerStatus(409), notCharged("rejected", 409)],
  ["422", answerStatus(422), notCharged("rejected", 422)],
  ["451", answerStatus(451), notCharged("rejected", 451)],
  ["422 without a body", answerText("", { status: 422, contentType: null }), notCharged("rejected", 422)],
  ["401", answerStatus(401), notCharged("unavailable", 401, { oursToFix: true })],
  ["403", answerStatus(403), notCharged("unavailable", 403, { oursToFix: true })],
  ["406", answerStatus(406), notCharged("unavailable", 406, { oursToFix: true })],
  ["429", answerStatus(429), notCharged("unavailable", 429, { retryAfterSeconds: undefined })],
  [
    "429 with a wait",
    answerStatus(429, { "retry-after": "7" }),
    notCharged("unavailable", 429, { retryAfterSeconds: 7 }),
  ],

  ["408", answerStatus(408), unknown(408)],
  ["425", answerStatus(425), unknown(425)],
  ...[400, 401, 402, 403, 404, 405, 406, 409, 422, 429, 451].map(
    (status): Row => [`${status} in HTML`, answerHtml(status), unknown(status)],
  ),
  ["422 in HTML that breaks off", breakOff({ status: 422, contentType: "text/html" }), unknown(422)],
  ...[500, 501, 502, 503, 504, 520].map((status): Row => [`${status}`, answerStatus(status), unknown(status)]),
  ["503 with a wait", answerStatus(503, { "retry-after": "7" }), unknown(503)],
  ["500 in HTML", answerHtml(500), unknown(500)],
  ["302", redirect, unknown(302)],
  ["304", answerText("", { status: 304, contentType: null }), unknown(304)],
  ["307", answerText("", { status: 307, headers: { location: "/elsewhere" } }), unknown(307)],

  ["a reset after reading", resetConnection, unknown()],
  ["a hang-up after reading", hangUp, unknown()],
  ["a broken status line", answerGibberish, unknown()],
  ["a status line and nothing more", (request) => request.socket.end("HTTP/1.1 200 OK\r\n"), unknown()],
  ["no answer in time", keepSilent, unknown()],
];

const unreachable = (message: string) => ({ success: false, statusCode: 500, message, name: "Error", data: {} });

const rowsOf: Record<string, Row[]> = {
  "Credas's refresh": [
    ["404", answerStatus(404), notCharged("not-found", 404)],
    ["404 without a body", answerText("", { status: 404, contentType: null }), notCharged("not-found", 404)],
    ["405", answerStatus(405), notCharged("rejected", 405)],
    ["Youverify's envelope", answerJson(unreachable("Third-party provider not reachable"), 500), unknown(500)],
  ],
  "Truework's reverify": [
    ["404", answerStatus(404), notCharged("unavailable", 404, { oursToFix: true })],
    ["405", answerStatus(405), notCharged("unavailable", 405, { oursToFix: true })],
    ["Youverify's envelope", answerJson(unreachable("Third-party provider not reachable"), 500), unknown(500)],
  ],
  "Youverify's report": [
    ["404", answerStatus(404), notCharged("rejected", 404)],
    ["405", answerStatus(405), notCharged("rejected", 405)],
    [
      "500, reachable",
      answerJson(unreachable("Third-party provider not reachable"), 500),
      notCharged("unavailable", 500),
    ],
    [
      "500, reacheable",
      answerJson(unreachable("Third-party provider not reacheable"), 500),
      notCharged("unavailable", 500),
    ],
    [
      "503, reachable",
      answerJson(unreachable("Third-party provider not reachable"), 503),
      notCharged("unavailable", 503),
    ],
    [
      "503, reacheable",
      answerJson(unreachable("Third-party provider not reacheable"), 503),
      notCharged("unavailable", 503),
    ],
    ["502 in that envelope", answerJson(unreachable("Third-party provider not reachable"), 502), unknown(502)],
    ["500 with another message", answerJson(unreachable("Internal Server Error"), 500), unknown(500)],
    [
      "500 with its message but no envelope",
      answerJson({ message: "Third-party provider not reachable" }, 500),
      unknown(500),
    ],
    [
      "500 with success: true",
      answerJson({ ...unreachable("Third-party provider not reachable"), success: true }, 500),
      unknown(500),
    ],
    [
      "500 in its envelope that calls itself HTML",
      answerText(JSON.stringify(unreachable("Third-party provider not reachable")), {
        status: 500,
        contentType: "text/html",
      }),
      unknown(500),
    ],
    [
      "its 402",
      answerJson({ success: false, statusCode: 402, message: "Insufficient fund", name: "PaymentRequiredError" }, 402),
      notCharged("insufficient-funds", 402),
    ],
  ],
};

describe.each(paidCalls)("%s", (name, order) => {
  it.each([...rowsForAll, ...rowsOf[name]!])("%s", async (_what, answer, outcome) => {
    // Only what never ends is given up on soon.
    const paidTimeoutMs = answer === keepSilent || answer === drip ? 500 : 15_000;
    const { requests, ...providers } = await providersAnswering(answer, { paidTimeoutMs });

    const came = await order(providers);

    expect(came).toEqual(outcome);
    expect(requests).toHaveLength(1);
  });

  it("is not charged where nobody listens", async () => {
    const { baseUrl, close } = await startRecordingProvider(keepSilent);
    await close();

    const came = await order(providersAt(baseUrl));

    expect(came).toEqual({ state: "NOT_CHARGED", because: "unavailable" });
  });

  it("is not charged where the TLS handshake fails", async () => {
    const { providers, requests } = await withTlsTo(answerJson({ id: 1 }));

    const came = await order(providers);

    expect(came).toEqual({ state: "NOT_CHARGED", because: "unavailable" });
    expect(requests).toEqual([]);
  });

  it("is not charged where the TLS handshake is reset", async () => {
    const address = await listen((socket) => socket.once("data", () => socket.resetAndDestroy()));

    const came = await order(providersAt(`https://${address}`));

    expect(came).toEqual({ state: "NOT_CHARGED", because: "unavailable" });
  });

  it("is unknown where the connection is made and closed at once, and is not tried on another", async () => {
    let connections = 0;
    const address = await listen((socket) => {
      connections += 1;
      socket.end();
    });

    const came = await order(providersAt(`http://${address}`));

    expect(came).toEqual(unknown());
    expect(connections).toBe(1);
  });
});

describe("a paid call", () => {
  it("is not charged where the TLS handshake takes longer than it may, and waits no longer", async () => {
    const address = await listen(() => {});
    const order = (paidTimeoutMs: number) =>
      providersAt(`https://${address}`, { paidTimeoutMs }).credas.refreshReport("1");

    // The other one may take five seconds. undici keeps these times to about a second.
    const impatient = order(100);
    const first = await Promise.race([impatient, order(15_000).then(() => "the patient one")]);

    expect(first).toEqual({ state: "NOT_CHARGED", because: "unavailable" });
  });

  it("that was answered with more than is read is charged", async () => {
    const { credas } = await providersAnswering(answerTooMuch);

    const outcome = await credas.refreshReport("6510");

    expect(outcome).toEqual(charged(200));
  });

  it("tells how long to wait by an HTTP date", async () => {
    const { credas } = await providersAnswering((...exchange) =>
      answerStatus(429, { "retry-after": new Date(Date.now() + 600_000).toUTCString() })(...exchange),
    );

    const outcome = await credas.refreshReport("6510");

    expect(outcome).toMatchObject({ state: "NOT_CHARGED", because: "unavailable" });
    expect("retryAfterSeconds" in outcome && outcome.retryAfterSeconds).toBeOneOf([598, 599, 600, 601]);
  });
});

function charged(status: number, body?: unknown): PaidOutcome {
  return { state: "CHARGED", status, body };
}

type Because = (PaidOutcome & { state: "NOT_CHARGED" })["because"];

function notCharged(because: Because, status: number, more: object = {}): PaidOutcome {
  return { state: "NOT_CHARGED", because, status, ...more } as PaidOutcome;
}

// The reason is for the log, and told in our own words: no word of the provider's may be in it.
function unknown(status?: number): Row[2] {
  const reason = expect.stringMatching(
    /^(it may have been sent, and no answer came|status \d{3}\b[a-z ,]*)$/,
  ) as string;
  return { state: "UNKNOWN", reason, ...(status !== undefined && { status }) };
}

function answerAfterHints(...[request, response]: Parameters<RequestListener>) {
  response.writeEarlyHints({ link: "</style.css>; rel=preload" });
  answerJson({ id: 1 })(request, response);
}

async function withTlsTo(answer: RequestListener): Promise<{ providers: Providers; requests: unknown[] }> {
  const { baseUrl, requests, close } = await startRecordingProvider(answer);
  onTestFinished(close);
  return { providers: providersAt(baseUrl.replace("http:", "https:")), requests };
}
