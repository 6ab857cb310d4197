import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { aCompanyRecord } from "../fixtures/credas/company-record.ts";
import { keepSilent } from "../support/answers.ts";
import { listen } from "../support/bare-listener.ts";
import { paidCalls } from "../support/calls.ts";
import { providersAnswering, providersAt } from "../support/providers-answering.ts";
import { answerJson } from "../support/recording-provider.ts";

describe.each(paidCalls)("%s", (_name, order) => {
  it("travels on a connection of its own, closed for good afterwards", async () => {
    const { sockets, answer } = watchingSockets(keepingOpen(answerJson({ id: 1 })));
    const { requests, ...providers } = await providersAnswering(answer);

    await order(providers);
    await Promise.all([order(providers), order(providers)]);
    await Promise.all(sockets.map((socket) => socket.destroyed || once(socket, "close")));

    expect(requests).toHaveLength(3);
    expect(new Set(sockets).size).toBe(3);
  });

  it("goes out once, as HTTP/1.1", async () => {
    const versions: string[] = [];
    const { requests, ...providers } = await providersAnswering((request, response) => {
      versions.push(request.httpVersion);
      answerJson({ id: 1 })(request, response);
    });

    await order(providers);

    expect(versions).toEqual(["1.1"]);
    expect(requests).toHaveLength(1);
  });

  it("offers no HTTP/2 in its TLS handshake", async () => {
    const { address, firstBytes } = await listeningForHello();

    await order(providersAt(`https://${address}`));

    const hello = await firstBytes;
    expect(hello).toContain("\x08http/1.1");
    expect(hello).not.toContain("\x02h2");
  });
});

describe("a paid call", () => {
  it("does not take a connection that reads keep open, nor leaves one to them", async () => {
    const { sockets, answer } = watchingSockets(answerJson(aCompanyRecord()));
    const { credas } = await providersAnswering(answer);

    await credas.findCompany("6510");
    await credas.refreshReport("6510");
    await credas.findCompany("6510");

    const [before, paid, after] = sockets;
    expect(paid).not.toBe(before);
    expect(after).toBe(before);
  });

  it("waits beyond a read's deadline", async () => {
    const { credas } = await providersAnswering(
      (...exchange) => setTimeout(() => answerJson({ id: 1 })(...exchange), 150),
      { environment: { PROVIDER_TIMEOUT_MS: "100" } },
    );

    const outcome = await credas.refreshReport("6510");

    expect(outcome.state).toBe("CHARGED");
  });

  it("takes a late answer for none", async () => {
    const { credas } = await providersAnswering(keepSilent, { paidTimeoutMs: 3_000 });

    const outcome = await credas.refreshReport("6510");

    expect(outcome).toEqual({ state: "UNKNOWN", reason: "it may have been sent, and no answer came" });
  });
});

/** The connection each request came on, in order. */
function watchingSockets(answer: RequestListener) {
  const sockets: Socket[] = [];
  const watching: RequestListener = (request, response) => {
    sockets.push(request.socket);
    answer(request, response);
  };
  return { sockets, answer: watching };
}

/** Answers, and asks the caller to keep the connection: left idle it would stay open for ten minutes. */
function keepingOpen(answer: RequestListener): RequestListener {
  return (request, response) => {
    (request.socket as Socket & { server: Server }).server.keepAliveTimeout = 0;
    response.setHeader("keep-alive", "timeout=600");
    answer(request, response);
  };
}

/** A listener that hears what a TLS client says first, and hangs up. */
async function listeningForHello() {
  const { promise: firstBytes, resolve } = Promise.withResolvers<string>();
  const address = await listen((socket) =>
    socket.once("data", (bytes) => {
      resolve(bytes.toString("latin1"));
      socket.destroy();
    }),
  );
  return { address, firstBytes };
}
