import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { cert, key } from "../fixtures/tls/planted-certificate.ts";
import { paidCalls, reads } from "../support/calls.ts";
import { providersAt } from "../support/providers-answering.ts";

async function untrusted() {
  let asked = 0;
  const server = createServer({ key, cert }, (_, response) => {
    asked += 1;
    response.end("{}");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => void server.close());
  const environment = { PROVIDER_RETRIES: "0" };
  const providers = providersAt(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, { environment });
  return { providers, asked: () => asked };
}

describe("a certificate that nobody vouches for, where the environment turns the check off", () => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  beforeEach(() => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  });
  afterEach(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  });

  it.each(reads)("is refused by the read of %s", async (_, read) => {
    const { providers, asked } = await untrusted();

    await expect(read(providers)).rejects.toMatchObject({ kind: "unavailable" });
    expect(asked()).toBe(0);
  });

  it.each(paidCalls)("is refused by %s, which is not sent", async (_, order) => {
    const { providers, asked } = await untrusted();

    expect(await order(providers)).toMatchObject({ state: "NOT_CHARGED", because: "unavailable" });
    expect(asked()).toBe(0);
  });
});
