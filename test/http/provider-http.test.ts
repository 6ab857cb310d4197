import type { RequestListener } from "node:http";
import { describe, expect, it } from "vitest";
import type { ProviderError } from "../../src/http/provider-error.ts";
import { aCompanyRecord } from "../fixtures/credas/company-record.ts";
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
  PROVIDER_WORDS,
  redirect,
  resetConnection,
} from "../support/answers.ts";
import { listen } from "../support/bare-listener.ts";
import { paidCalls, reads } from "../support/calls.ts";
import { providersAnswering, providersAt } from "../support/providers-answering.ts";
import { answerJson, startRecordingProvider } from "../support/recording-provider.ts";
import { until } from "../support/until.ts";

const ourFault = { kind: "unavailable", oursToFix: true };
const theirFault = { kind: "unavailable", oursToFix: false };
const malformed = { kind: "malformed", oursToFix: false };

/** What a provider may do to a read, and the failure it is. */
const failures: [what: string, answer: RequestListener, failure: object][] = [
  ["a refused key (401)", answerStatus(401), { ...ourFault, status: 401 }],
  ["a refused key (403)", answerStatus(403), { ...ourFault, status: 403 }],
  ["a refused version (406)", answerStatus(406), { ...ourFault, status: 406 }],
  ["429 with seconds", answerStatus(429, { "retry-after": "7" }), { ...theirFault, status: 429, retryAfterSeconds: 7 }],
  ["429 with an HTTP date", answerInTenMinutes, { ...theirFault, status: 429, retryAfterSeconds: around(600) }],
  ["429 without a wait", answerStatus(429), { ...theirFault, status: 429, retryAfterSeconds: undefined }],
  ["500", answerStatus(500), { ...theirFault, status: 500 }],
  ["502 in HTML", answerHtml(502), { ...theirFault, status: 502 }],
  ["503 with seconds", answerStatus(503, { "retry-after": "9" }), { ...theirFault, status: 503, retryAfterSeconds: 9 }],
  ["a reset connection", resetConnection, theirFault],
  ["a closed connection", hangUp, theirFault],
  ["something that is no HTTP", answerGibberish, theirFault],
  ["400", answerStatus(400), { ...malformed, status: 400 }],
  ["402", answerStatus(402), { ...malformed, status: 402 }],
  ["409", answerStatus(409), { ...malformed, status: 409 }],
  ["a redirect", redirect, { ...malformed, status: 302 }],
  ["204", answerText("", { status: 204, contentType: null }), { ...malformed, status: 204 }],
  ["an empty body", answerText(""), { ...malformed, status: 200 }],
  ["JSON null", answerText("null"), { ...malformed, message: expect.stringContaining("got null") }],
  ["a list", answerText("[{}]"), { ...malformed, message: expect.stringContaining("got a list") }],
  ["a text", answerText('"6510"'), { ...malformed, message: expect.stringContaining("got a string") }],
  ["an empty object", answerText("{}"), malformed],
  ["cut JSON", answerText('{"id": 65'), { ...malformed, message: expect.stringContaining("got no JSON") }],
  ["a body that breaks off", breakOff(), { ...theirFault, message: expect.stringContaining("broke off") }],
  ["a body that is not packed as it says", badlyPacked(200), { ...malformed, status: 200 }],
  ["a 503 that breaks off", breakOff({ status: 503 }), { ...theirFault, status: 503 }],
  ["a 503 that is not packed as it says", badlyPacked(503), { ...theirFault, status: 503 }],
  ["a 401 that is not packed as it says", badlyPacked(401), { ...ourFault, status: 401 }],
  ["a 429 that is too large", refusedAtLength, { ...theirFault, status: 429, retryAfterSeconds: 7 }],
  ["a 422 that breaks off", breakOff({ status: 422 }), { ...malformed, status: 422 }],
  ["a 404 page that breaks off", breakOff({ status: 404, contentType: "text/html" }), { ...theirFault, status: 404 }],
  ["a web page with 200", answerHtml(200), { ...malformed, status: 200 }],
  ["a web page with 404", answerHtml(404), { ...malformed, status: 404 }],
  ["a web page that calls itself JSON", answerText("<!doctype html>"), malformed],
  ["a 404 page that calls itself JSON", answerText("<html>", { status: 404 }), { ...malformed, status: 404 }],
  ["JSON that calls itself text", answerText("{}", { contentType: "text/plain" }), malformed],
  ["a PDF", answerText("%PDF-1.7", { contentType: "application/pdf" }), malformed],
];

describe.each(reads)("a read of %s", (_name, read) => {
  it.each(failures)("fails on %s, without asking again", async (_what, answer, failure) => {
    const { requests, ...providers } = await providersAnswering(answer);

    await expect(read(providers)).rejects.toMatchObject({ name: "ProviderError", ...failure });
    expect(requests).toHaveLength(1);
  });

  it("times out when no answer comes before the deadline", async () => {
    const providers = await providersAnswering(keepSilent, impatient);

    await expect(read(providers)).rejects.toMatchObject({ kind: "timeout", oursToFix: false });
  });

  it("times out when the answer only drips in", async () => {
    const providers = await providersAnswering(drip, impatient);

    await expect(read(providers)).rejects.toMatchObject({ kind: "timeout" });
  });

  it("fails where nobody listens", async () => {
    const providers = providersAt(await deserted());

    await expect(read(providers)).rejects.toMatchObject(theirFault);
  });

  it("fails where TLS can't be had", async () => {
    const { baseUrl, close } = await startRecordingProvider(answerJson({}));
    const providers = providersAt(baseUrl.replace("http:", "https:"));

    await expect(read(providers)).rejects.toMatchObject(theirFault);
    await close();
  });
});

describe("a failed read", () => {
  it.each(failures)("tells nothing of the provider's on %s", async (_what, answer) => {
    const { requests, ...providers } = await providersAnswering(answer);

    const errors = await Promise.all(reads.map(([, read]) => read(providers).catch((error: ProviderError) => error)));

    for (const error of errors) {
      const told = `${error} ${JSON.stringify(error)}`;
      expect(told).toMatch(/^ProviderError: (credas|truework|youverify): /);
      for (const secret of [PROVIDER_WORDS, "127.0.0.1", "http:", "/api", "test-", "6510", "Specimen"]) {
        expect(told).not.toContain(secret);
      }
    }
  });

  it("tells no address of a provider that can't be reached", async () => {
    const providers = providersAt(await deserted());

    const error = await providers.credas.findCompany("6510").catch((error: ProviderError) => error);

    expect(`${error} ${JSON.stringify(error)}`).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
  });
});

describe("reads", () => {
  it("time out when no connection is made before the deadline", async () => {
    const address = await listen(() => {});
    const { credas } = providersAt(`https://${address}`, impatient);

    // Had it waited for undici to give up connecting, which takes a second at least, it would be "unavailable".
    await expect(credas.findCompany("6510")).rejects.toMatchObject({
      kind: "timeout",
      message: expect.stringContaining("no connection in time"),
    });
  });

  it("find nothing where a 404 in JSON breaks off", async () => {
    const { credas } = await providersAnswering(breakOff({ status: 404 }));

    expect(await credas.findCompany("6510")).toBeNull();
  });

  it("pass no more than PROVIDER_MAX_BODY_BYTES", async () => {
    const { credas } = await providersAnswering(answerTooMuch);

    await expect(credas.findCompany("6510")).rejects.toMatchObject({
      ...malformed,
      message: expect.stringContaining("got more"),
    });
  });

  it("take JSON of any kind, and JSON that does not call itself anything", async () => {
    const bodies = ["application/json; charset=utf-8", "application/vnd.api+json", null];

    const companies = bodies.map(async (contentType) => {
      const { credas } = await providersAnswering(answerText('{"id": 6510}', { contentType }));
      return credas.findCompany("6510");
    });

    expect(await Promise.all(companies)).toEqual(Array(3).fill(expect.objectContaining({ id: "6510" })));
  });

  it.each(["text/plain", "application/pdf", "application/octet-stream"])(
    "take no JSON that calls itself %s",
    async (contentType) => {
      const { credas } = await providersAnswering(answerText('{"id": 6510}', { contentType }));

      await expect(credas.findCompany("6510")).rejects.toMatchObject(malformed);
    },
  );

  it("take no record that comes as a web page", async () => {
    const { credas } = await providersAnswering(answerText('{"id": 6510}', { contentType: "text/html" }));

    await expect(credas.findCompany("6510")).rejects.toMatchObject(malformed);
  });

  it("go on after one that failed", async () => {
    const answers = [resetConnection, answerJson(aCompanyRecord())];
    const { credas } = await providersAnswering((...exchange) => answers.shift()?.(...exchange));
    await credas.findCompany("6510").catch(() => null);

    const company = await credas.findCompany("6510");

    expect(company).toMatchObject({ id: "6510" });
  });

  it("that wait for their turn wait no longer than their deadline", async () => {
    const { credas, requests } = await providersAnswering(keepSilent, {
      environment: { PROVIDER_CONCURRENCY: "1", PROVIDER_TIMEOUT_MS: "100" },
      paidTimeoutMs: 400,
    });
    const settled: string[] = [];

    const paid = credas.refreshReport("6510").then(() => settled.push("paid call"));
    await expect(credas.findCompany("6510")).rejects.toMatchObject({ kind: "timeout" });
    settled.push("read");
    await paid;

    expect(settled).toEqual(["read", "paid call"]);
    expect(requests.map(({ method }) => method)).toEqual(["POST"]);
  });
});

describe("PROVIDER_CONCURRENCY", () => {
  it("bounds reads and paid calls of a provider together", async () => {
    const crowd = crowdOf(answerJson(aCompanyRecord()));
    const { credas } = await providersAnswering(crowd.answer, { environment: { PROVIDER_CONCURRENCY: "3" } });

    const calls = Array.from({ length: 12 }, (_, i) =>
      i % 2 === 0 ? credas.findCompany("6510") : credas.refreshReport("6510"),
    );
    await Promise.all(calls);

    expect(crowd.all()).toBe(12);
    expect(crowd.mostAtOnce()).toBe(3);
  });

  it("leaves room for reads, however many paid calls hang", async () => {
    const { credas, requests } = await providersAnswering(hangsOnPurchases, {
      environment: { PROVIDER_CONCURRENCY: "3" },
    });
    const purchases = [1, 2, 3].map(() => credas.refreshReport("6510"));
    await until(() => requests.length === 2);

    const came = await Promise.race([credas.findCompany("6510"), ...purchases]);

    expect(came).toMatchObject({ id: "6510" });
    expect(requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET"]);
  });

  it("is not used up by reads that the provider, as it answers of late, would not answer in time", async () => {
    const { credas, requests } = await providersAnswering(keepSilent, {
      environment: { PROVIDER_CONCURRENCY: "1", PROVIDER_TIMEOUT_MS: "300" },
      paidTimeoutMs: 15_000,
    });
    for (let i = 0; i < 5; i++) await credas.findCompany("6510").catch(() => null);
    const turn = await credas.reservePaid(5_000);
    const beganMs = performance.now();
    const read = credas.findCompany("6510").catch((error: ProviderError) => error);

    await until(() => performance.now() - beganMs > 150);
    turn?.end();

    expect(await read).toMatchObject({ kind: "timeout", message: expect.stringContaining("no turn in time") });
    expect(requests.length).toBeLessThanOrEqual(5);
  });

  it("is each provider's own", async () => {
    const crowd = crowdOf(answerStatus(422));
    const providers = await providersAnswering(crowd.answer, { environment: { PROVIDER_CONCURRENCY: "1" } });

    await Promise.all([...paidCalls, ...paidCalls].map(([, order]) => order(providers)));

    expect(crowd.all()).toBe(6);
    expect(crowd.mostAtOnce()).toBe(3);
  });

  it("is given back by calls that fail", async () => {
    const { credas, requests } = await providersAnswering(resetConnection, {
      environment: { PROVIDER_CONCURRENCY: "1" },
    });

    await Promise.all([1, 2].map(() => credas.refreshReport("6510")));
    await Promise.allSettled([1, 2].map(() => credas.findCompany("6510")));

    expect(requests).toHaveLength(4);
  });
});

const impatient = { environment: { PROVIDER_TIMEOUT_MS: "100" } };

/** Calls itself packed, and is plain text. */
function badlyPacked(status: number): RequestListener {
  return answerStatus(status, { "content-encoding": "gzip" });
}

/** 429 with more than is read. */
function refusedAtLength(...exchange: Parameters<RequestListener>) {
  answerText(" ".repeat(11_000_000), { status: 429, headers: { "retry-after": "7" } })(...exchange);
}

/** Answers reads, and never a paid call. */
function hangsOnPurchases(...exchange: Parameters<RequestListener>) {
  if (exchange[0].method === "GET") answerJson(aCompanyRecord())(...exchange);
}

function answerInTenMinutes(...exchange: Parameters<RequestListener>) {
  answerStatus(429, { "retry-after": new Date(Date.now() + 600_000).toUTCString() })(...exchange);
}

/** Within a second or two of what is expected, for HTTP dates have whole seconds. */
function around(seconds: number) {
  return { asymmetricMatch: (value: unknown) => Math.abs(Number(value) - seconds) <= 2 };
}

/** An address at which nobody listens any more. */
async function deserted(): Promise<string> {
  const { baseUrl, close } = await startRecordingProvider(keepSilent);
  await close();
  return baseUrl;
}

/** Answers after a moment, and counts who is waiting meanwhile. */
function crowdOf(answer: RequestListener) {
  let [all, present, most] = [0, 0, 0];
  return {
    all: () => all,
    mostAtOnce: () => most,
    answer: ((...exchange) => {
      all += 1;
      present += 1;
      most = Math.max(most, present);
      setTimeout(() => {
        present -= 1;
        answer(...exchange);
      }, 15);
    }) satisfies RequestListener,
  };
}
