import { createHmac, createPublicKey } from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import { type CryptoKey, exportJWK } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Environment } from "../../src/settings.ts";
import { type Graph, startGraph } from "../support/graph.ts";
import { type RecordingProvider, startRecordingProvider } from "../support/recording-provider.ts";
import { audience, inSeconds, issuer, makeSigner, type Signer, tokenSettings } from "../support/tokens.ts";

const query = '{ company(id: "6510") { name } }';
const name = "Larkspur Example Trading Limited";

const ask = async (graph: Graph, authorization: string | undefined, text = query) => {
  const headers = { "content-type": "application/json", ...(authorization !== undefined && { authorization }) };
  const response = await graph.server.inject({ method: "POST", url: "/graphql", headers, payload: { query: text } });
  return { status: response.statusCode, ...response.json() };
};

const unauthenticated = {
  status: 401,
  errors: [{ message: expect.any(String), extensions: { code: "UNAUTHENTICATED", requestId: expect.any(String) } }],
};

const started: Graph[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const graph of started.splice(0)) await graph.close();
});
const start = async (environment: Environment) => {
  const graph = await startGraph({ environment });
  started.push(graph);
  return graph;
};

describe("a token signed with an allowed algorithm", () => {
  it.each(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"])(
    "lets its caller in: %s",
    async (algorithm) => {
      const signer = await makeSigner(algorithm);
      const graph = await start(tokenSettings(signer));

      const answer = await ask(graph, `Bearer ${await signer.sign({ scope: "company:read" })}`);

      expect(answer).toEqual({ status: 200, data: { company: { name } } });
    },
  );
});

describe("a request", () => {
  let signer: Signer;
  let graph: Graph;
  beforeAll(async () => {
    signer = await makeSigner("RS256");
    graph = await startGraph({ environment: tokenSettings(signer) });
  });
  afterAll(() => graph.close());

  const signed = async (claims: object) => `Bearer ${await signer.sign({ scope: "company:read", ...claims })}`;

  it.each([
    ["no token", undefined],
    ["an empty header", ""],
    ["another scheme", "Basic YWRhOnNlY3JldA=="],
    ["nothing behind the scheme", "Bearer "],
    ["garbage", "Bearer garbage"],
    ["garbage in three parts", "Bearer a.b.c"],
    ["two tokens", "Bearer a.b.c, Bearer a.b.c"],
  ])("with %s is UNAUTHENTICATED", async (_, authorization) => {
    expect(await ask(graph, authorization)).toEqual(unauthenticated);
  });

  it("whose token says that it is not signed is UNAUTHENTICATED", async () => {
    const claims = { iss: issuer, aud: audience, sub: "ada", exp: inSeconds(300), scope: "company:read" };

    for (const alg of ["none", "None", "NONE", ""]) {
      expect(await ask(graph, `Bearer ${base64url({ alg })}.${base64url(claims)}.`)).toEqual(unauthenticated);
    }
  });

  it.each(["HS256", "HS384", "HS512"])(
    "whose token is signed by %s, with the public key as the secret, is UNAUTHENTICATED",
    async (alg) => {
      const claims = { iss: issuer, aud: audience, sub: "ada", exp: inSeconds(300), scope: "company:read" };
      const signedPart = `${base64url({ alg })}.${base64url(claims)}`;
      const pem = signer.publicKeyPem;
      const der = createPublicKey(pem).export({ type: "spki", format: "der" });

      for (const secret of [pem, pem.trim(), `${pem.trim()}\n`, der]) {
        const signature = createHmac(alg.replace("HS", "sha"), secret).update(signedPart).digest("base64url");
        expect(await ask(graph, `Bearer ${signedPart}.${signature}`)).toEqual(unauthenticated);
      }
    },
  );

  it("whose token somebody else signed is UNAUTHENTICATED", async () => {
    const [stranger, ofAnotherKind] = await Promise.all([makeSigner("RS256"), makeSigner("ES256")]);

    expect(await ask(graph, `Bearer ${await stranger.sign({ scope: "company:read" })}`)).toEqual(unauthenticated);
    expect(await ask(graph, `Bearer ${await ofAnotherKind.sign({ scope: "company:read" })}`)).toEqual(unauthenticated);
    expect(graph.logged()).not.toContain("key server");
  });

  it("whose token was changed after it was signed is UNAUTHENTICATED", async () => {
    const [header, , signature] = (await signed({})).split(".");
    const claims = { iss: issuer, aud: audience, sub: "eve", exp: inSeconds(300), scope: "company:read" };

    expect(await ask(graph, `${header}.${base64url(claims)}.${signature}`)).toEqual(unauthenticated);
  });

  it.each([
    ["another issuer", { iss: "https://elsewhere.example/" }],
    ["no issuer", { iss: undefined }],
    ["another audience", { aud: "https://elsewhere.example" }],
    ["no audience", { aud: undefined }],
    ["no expiry", { exp: undefined }],
    ["an expiry 61 seconds ago", () => ({ exp: inSeconds(-61) })],
    ["a beginning in 90 seconds", () => ({ nbf: inSeconds(90) })],
    ["no caller", { sub: undefined }],
    ["an empty caller", { sub: "" }],
    ["a caller of 256 characters", { sub: "a".repeat(256) }],
    ["a caller with a control character", { sub: "ada\u0000" }],
    ["a caller with a line break", { sub: "ada\nBearer" }],
    ["a caller with half a character", { sub: "ada\ud800" }],
  ])("whose token has %s is UNAUTHENTICATED", async (_, claims) => {
    const authorization = await signed(typeof claims === "function" ? claims() : claims);

    expect(await ask(graph, authorization)).toEqual(unauthenticated);
  });

  it.each([12, ["ada"], { name: "ada" }, null, true])(
    "whose token's caller is no text is UNAUTHENTICATED: %j",
    async (sub) => {
      expect(await ask(graph, await signed({ sub: sub as never }))).toEqual(unauthenticated);
    },
  );

  it.each([
    ["an expiry 50 seconds ago", () => ({ exp: inSeconds(-50) })],
    ["a beginning in 50 seconds", () => ({ nbf: inSeconds(50) })],
    ["several audiences, ours among them", { aud: ["https://elsewhere.example", audience] }],
    ["a caller of 255 characters", { sub: "a".repeat(255) }],
    ["a caller beyond ASCII", { sub: "Ада" }],
    ["scopes as one text", { scope: "openid company:read  charge:read" }],
    ["scopes as a list in scp", { scope: undefined, scp: ["openid", "company:read"] }],
    ["scopes as one text in scp", { scope: undefined, scp: "openid company:read" }],
  ])("whose token has %s is answered", async (_, claims) => {
    const authorization = await signed(typeof claims === "function" ? claims() : claims);

    expect(await ask(graph, authorization)).toEqual({ status: 200, data: { company: { name } } });
  });

  it.each([
    ["no scope at all", { scope: undefined }],
    ["a scope that only begins like it", { scope: "company:readers company:rea" }],
    ["scopes that are no texts", { scope: undefined, scp: [{ scope: "company:read" }, 7] }],
    ["a scope that is no text", { scope: ["company:read"], scp: undefined }],
  ])("whose token has %s is FORBIDDEN", async (_, claims) => {
    const { data, errors } = await ask(graph, await signed(claims as object));

    expect(data).toEqual({ company: null });
    expect(errors).toMatchObject([{ path: ["company"], extensions: { code: "FORBIDDEN" } }]);
  });

  it("is not told what is wrong with its token, and neither is the log", async () => {
    const authorization = await signed({ sub: "Planted-Caller", iss: "https://planted-issuer.example" });

    const { errors } = await ask(graph, authorization);

    expect(errors[0].message).toBe("Expected a valid token.");
    expect(graph.logged()).not.toMatch(/Planted-Caller|planted-issuer/);
    expect(graph.logged()).not.toContain(authorization.split(".")[1]);
  });

  it("by GET is told apart in the same way", async () => {
    const url = `/graphql?query=${encodeURIComponent(query)}`;
    const preflighted = { "apollo-require-preflight": "1" };

    const [without, withToken] = await Promise.all([
      graph.server.inject({ method: "GET", url, headers: preflighted }),
      graph.server.inject({ method: "GET", url, headers: { ...preflighted, authorization: await signed({}) } }),
    ]);

    expect([without.statusCode, without.json().errors[0].extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
    expect(withToken.json()).toEqual({ data: { company: { name } } });
  });

  it("is refused before its body is read", async () => {
    const headers = { "content-type": "application/json" };
    const response = await graph.server.inject({ method: "POST", url: "/graphql", headers, payload: "{" });

    expect(response.statusCode).toBe(401);
  });
});

describe("CALLER_CLAIM", () => {
  it("names the claim that tells who it is", async () => {
    const signer = await makeSigner();
    const graph = await start({ ...tokenSettings(signer), CALLER_CLAIM: "client_id" });
    const sign = async (claims: object) => `Bearer ${await signer.sign({ scope: "company:read", ...claims })}`;

    const [named, unnamed, empty] = await Promise.all([
      ask(graph, await sign({ client_id: "frontend", sub: undefined })),
      ask(graph, await sign({})),
      ask(graph, await sign({ client_id: "" })),
    ]);

    expect(named.status).toBe(200);
    expect([unnamed, empty]).toEqual([unauthenticated, unauthenticated]);
  });

  it.each(["constructor", "__proto__", "toString"])("is taken from the claims alone: %s", async (claim) => {
    const signer = await makeSigner();
    const graph = await start({ ...tokenSettings(signer), CALLER_CLAIM: claim });

    expect(await ask(graph, `Bearer ${await signer.sign()}`)).toEqual(unauthenticated);
  });
});

describe("a JWKS", () => {
  let keyServer: RecordingProvider;
  let answer: RequestListener;
  beforeAll(async () => {
    keyServer = await startRecordingProvider((request: IncomingMessage, response) => answer(request, response));
  });
  afterAll(() => keyServer.close());

  const serve = (...keys: object[]) => {
    answer = (_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys }));
    };
  };
  const startWithKeyServer = (url = `${keyServer.baseUrl}/keys`) =>
    start({ JWT_JWKS_URL: url, JWT_ISSUER: issuer, JWT_AUDIENCE: audience });
  const jwk = async (key: CryptoKey, kid: string) => ({ ...(await exportJWK(key)), kid });
  const tokenBy = async (signer: Signer, kid?: string) =>
    `Bearer ${await signer.sign({ scope: "company:read" }, kid === undefined ? {} : { kid })}`;

  it("is asked once for many tokens", async () => {
    const signer = await makeSigner();
    serve(await jwk(signer.publicKey, "one"));
    const graph = await startWithKeyServer();
    const before = keyServer.requests.length;

    for (let i = 0; i < 5; i += 1) expect((await ask(graph, await tokenBy(signer, "one"))).status).toBe(200);

    expect(keyServer.requests.length - before).toBe(1);
  });

  it("may change its keys: the new one is found by its kid, the former one is no longer good", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const [former, next] = await Promise.all([makeSigner(), makeSigner("RS256")]);
    serve(await jwk(former.publicKey, "former"));
    const graph = await startWithKeyServer();
    expect((await ask(graph, await tokenBy(former, "former"))).status).toBe(200);

    serve(await jwk(next.publicKey, "next"));
    vi.setSystemTime(Date.now() + 31_000);

    expect((await ask(graph, await tokenBy(next, "next"))).status).toBe(200);
    expect(await ask(graph, await tokenBy(former, "former"))).toEqual(unauthenticated);
  });

  it("that has lost a key ends its tokens within ten minutes, those that were good before too", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const [former, next] = await Promise.all([makeSigner(), makeSigner()]);
    serve(await jwk(former.publicKey, "former"));
    const graph = await startWithKeyServer();
    const token = `Bearer ${await former.sign({ scope: "company:read", exp: inSeconds(3_600) }, { kid: "former" })}`;
    for (let i = 0; i < 3; i += 1) expect((await ask(graph, token)).status).toBe(200);

    serve(await jwk(next.publicKey, "next"));
    vi.setSystemTime(Date.now() + 601_000);

    expect(await ask(graph, token)).toEqual(unauthenticated);
  });

  it("with two keys takes tokens of both while they are being changed", async () => {
    const [former, next] = await Promise.all([makeSigner(), makeSigner()]);
    serve(await jwk(former.publicKey, "former"), await jwk(next.publicKey, "next"));
    const graph = await startWithKeyServer();

    expect((await ask(graph, await tokenBy(former, "former"))).status).toBe(200);
    expect((await ask(graph, await tokenBy(next, "next"))).status).toBe(200);
  });

  it("is not asked again and again for kids that nobody has", async () => {
    const signer = await makeSigner();
    serve(await jwk(signer.publicKey, "one"));
    const graph = await startWithKeyServer();
    const before = keyServer.requests.length;

    for (let i = 0; i < 20; i += 1)
      expect(await ask(graph, await tokenBy(signer, `none-${i}`))).toEqual(unauthenticated);

    expect(keyServer.requests.length - before).toBe(1);
    expect(graph.logged()).not.toContain("key server");
  });

  it("whose server fails goes on for an hour, is asked at most every five seconds, and is in the log", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const signer = await makeSigner();
    serve(await jwk(signer.publicKey, "one"));
    const graph = await startWithKeyServer();
    const statusAfter = async (minutes: number) => {
      vi.setSystemTime(Date.now() + minutes * 60_000);
      return (await ask(graph, await tokenBy(signer, "one"))).status;
    };
    expect(await statusAfter(0)).toBe(200);

    answer = (_, response) => void response.writeHead(500).end();
    const [soon, before] = [await statusAfter(11), keyServer.requests.length];
    for (let i = 0; i < 20; i += 1) await ask(graph, await tokenBy(signer, `none-${i}`));

    expect(soon).toBe(200);
    expect(keyServer.requests.length - before).toBe(0);
    expect([await statusAfter(40), await statusAfter(10)]).toEqual([200, 401]);
    expect(graph.logged()).toContain("auth: the key server failed");
  });

  it("can't hand out a secret to sign with", async () => {
    const secret = Buffer.from("0123456789abcdef0123456789abcdef");
    serve({ kty: "oct", k: secret.toString("base64url"), kid: "shared", alg: "HS256" });
    const graph = await startWithKeyServer();
    const claims = { iss: issuer, aud: audience, sub: "ada", exp: inSeconds(300), scope: "company:read" };
    const part = `${base64url({ alg: "HS256", kid: "shared" })}.${base64url(claims)}`;
    const signature = createHmac("sha256", secret).update(part).digest("base64url");

    expect(await ask(graph, `Bearer ${part}.${signature}`)).toEqual(unauthenticated);
  });

  it.each<[string, RequestListener]>([
    ["answers 500", (_, response) => void response.writeHead(500).end("Planted-Words")],
    ["answers no JSON", (_, response) => void response.writeHead(200).end("Planted-Words")],
    ["answers no keys", (_, response) => void response.writeHead(200).end('{"Planted-Words":1}')],
    [
      "redirects",
      (_, response) => void response.writeHead(302, { location: "http://127.0.0.1:1/Planted-Words" }).end(),
    ],
    ["breaks off", (_, response) => void response.socket?.destroy()],
  ])("whose server %s makes requests UNAUTHENTICATED, and is in the log", async (_, failing) => {
    const signer = await makeSigner();
    answer = failing;
    const graph = await startWithKeyServer();

    const refused = await ask(graph, await tokenBy(signer, "one"));

    expect(refused).toEqual(unauthenticated);
    const lines = graph
      .logged()
      .split("\n")
      .filter((line) => line.includes("expected the key server to answer"));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "{}")).toMatchObject({
      level: 50,
      requestId: refused.errors[0].extensions.requestId,
    });
    expect(`${JSON.stringify(refused)}${graph.logged()}`).not.toMatch(/Planted-Words|127\.0\.0\.1:\d+\/keys/);
  });

  it("whose server is down makes requests UNAUTHENTICATED, and is in the log", async () => {
    const signer = await makeSigner();
    const gone = await startRecordingProvider(() => {});
    await gone.close();
    const graph = await startWithKeyServer(`${gone.baseUrl}/keys`);

    expect(await ask(graph, await tokenBy(signer, "one"))).toEqual(unauthenticated);
    expect(graph.logged()).toContain("expected the key server to answer");
  });
});

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
