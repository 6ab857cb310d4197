import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import type { Environment } from "../../src/settings.ts";
import { problemsOf } from "../support/config-problems.ts";
import { endAllBuilt, startBuilt, startService } from "../support/service-process.ts";
import { audience, issuer, makeSigner, type Signer, tokenSettings } from "../support/tokens.ts";

const live = {
  PROVIDERS: "live",
  CREDAS_BASE_URL: "https://credas.example",
  CREDAS_API_KEY: "credas-key",
  TRUEWORK_BASE_URL: "https://truework.example",
  TRUEWORK_API_KEY: "truework-key",
  YOUVERIFY_BASE_URL: "https://youverify.example",
  YOUVERIFY_API_KEY: "youverify-key",
  DATABASE_URL: "file:./data/diligence.db",
};
const jwks = { JWT_JWKS_URL: "https://issuer.example/keys", JWT_ISSUER: issuer, JWT_AUDIENCE: audience };
const openDoor = "JWT_JWKS_URL or JWT_PUBLIC_KEY is missing: live data needs callers' tokens, or PROVIDERS=sandbox";
const openHost = "HOST: expected a loopback address such as 127.0.0.1, for without JWT_* nobody's token is checked";

const rsaOf1024Bits = generateKeyPairSync("rsa", {
  modulusLength: 1024,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).publicKey;

let signer: Signer;
let folder: string;
beforeAll(async () => {
  signer = await makeSigner();
  folder = mkdtempSync(join(tmpdir(), "diligence-start-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a service open to the world", () => {
  it("does not start: live data without tokens", () => {
    expect(problemsOf(live)).toEqual([openDoor]);
    expect(problemsOf({ ...live, ROUTER_SECRET: "a-secret-of-the-router" })).toEqual([openDoor]);
  });

  it.each(["0.0.0.0", "::", "192.168.0.10", "diligence.example"])(
    "does not start: a sandbox without tokens on %s",
    (HOST) => {
      expect(problemsOf({ PROVIDERS: "sandbox", HOST })).toEqual([openHost]);
    },
  );

  it.each(["JWT_JWKS_URL", "JWT_PUBLIC_KEY", "JWT_ISSUER", "JWT_AUDIENCE"])(
    "does not start: live data with %s alone",
    (name) => {
      const value = { ...jwks, ...tokenSettings(signer) }[name];

      expect(problemsOf({ ...live, [name]: value })).not.toEqual([]);
    },
  );

  // `…_FILE` is for secrets; what is no secret was once taken for given, and the door was open.
  it.each(["JWT_JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE"])("does not start: live data with %s in a file", (name) => {
    const file = join(folder, name);
    writeFileSync(file, "https://issuer.example");

    expect(problemsOf({ ...live, [`${name}_FILE`]: file })).not.toEqual([]);
    expect(problemsOf({ ...live, ...jwks, [name]: undefined, [`${name}_FILE`]: file })).not.toEqual([]);
    expect(problemsOf({ ...live, ...tokenSettings(signer), [name]: undefined, [`${name}_FILE`]: file })).toEqual(
      name === "JWT_JWKS_URL" ? [] : [`${name} is missing`],
    );
  });
});

describe("a service that checks tokens", () => {
  it("starts live, and on any host", () => {
    const config = readConfig({ ...live, ...jwks, HOST: "0.0.0.0" });

    expect(config).toMatchObject({ mode: "live", server: { host: "0.0.0.0" } });
    expect(config.tokens).toEqual({
      keys: { jwksUrl: "https://issuer.example/keys" },
      issuer,
      audience,
      callerClaim: "sub",
    });
  });

  it("takes a PEM as text, on one line, or in a file", () => {
    const { publicKeyPem } = signer;
    const file = join(folder, "key.pem");
    writeFileSync(file, publicKeyPem);
    const keysOf = (environment: Environment) =>
      readConfig({ ...live, JWT_ISSUER: issuer, JWT_AUDIENCE: audience, ...environment }).tokens?.keys;

    expect(keysOf({ JWT_PUBLIC_KEY: publicKeyPem })).toEqual({ publicKeyPem });
    expect(keysOf({ JWT_PUBLIC_KEY: publicKeyPem.replaceAll("\n", "\\n") })).toEqual({ publicKeyPem });
    expect(keysOf({ JWT_PUBLIC_KEY_FILE: file })).toEqual({ publicKeyPem: publicKeyPem.trim() });
  });
});

describe("JWT_*", () => {
  const onePem = "JWT_PUBLIC_KEY: expected a public key in PEM: RSA of at least 2048 bits, EC or Ed25519";

  it.each<[string, Environment, string[]]>([
    ["both keys", { ...jwks, JWT_PUBLIC_KEY: "a" }, ["JWT_JWKS_URL, JWT_PUBLIC_KEY: expected one of them"]],
    ["neither key", { ...jwks, JWT_JWKS_URL: "" }, ["JWT_JWKS_URL, JWT_PUBLIC_KEY: expected one of them"]],
    ["no issuer", { ...jwks, JWT_ISSUER: "" }, ["JWT_ISSUER is missing"]],
    ["no audience", { ...jwks, JWT_AUDIENCE: "" }, ["JWT_AUDIENCE is missing"]],
    [
      "keys over http",
      { ...jwks, JWT_JWKS_URL: "http://issuer.example/keys" },
      ["JWT_JWKS_URL: expected https, for http is accepted on loopback only"],
    ],
    ["no URL", { ...jwks, JWT_JWKS_URL: "keys" }, ["JWT_JWKS_URL: expected an https URL without a user or password"]],
    [
      "a password in the URL",
      { ...jwks, JWT_JWKS_URL: "https://ada:s3cr3t@issuer.example/keys" },
      ["JWT_JWKS_URL: expected an https URL without a user or password"],
    ],
    ["no PEM", { ...jwks, JWT_JWKS_URL: "", JWT_PUBLIC_KEY: "s3cr3t" }, [onePem]],
    ["RSA of 1024 bits", { ...jwks, JWT_JWKS_URL: "", JWT_PUBLIC_KEY: rsaOf1024Bits }, [onePem]],
  ])("with %s is named at start", (_, environment, problems) => {
    expect(problemsOf({ ...live, ...environment })).toEqual(problems);
  });

  it("with a private key is named at start, and not told", async () => {
    const { exportPKCS8, generateKeyPair } = await import("jose");
    const pem = await exportPKCS8((await generateKeyPair("ES256", { extractable: true })).privateKey);

    const problems = problemsOf({ ...live, ...jwks, JWT_JWKS_URL: "", JWT_PUBLIC_KEY: pem });

    expect(problems).toEqual([onePem]);
    expect(problems.join()).not.toContain(pem.split("\n")[1]);
  });
});

describe("NODE_ENV=production", () => {
  it("wants the providers and the ledger said outright, and then takes a sandbox on loopback", () => {
    expect(problemsOf({ NODE_ENV: "production" })).toEqual([
      "PROVIDERS: expected sandbox or live, said outright in production",
      "DATABASE_URL is missing: in production the ledger's place is said outright",
    ]);
    const outright = { NODE_ENV: "production", PROVIDERS: "sandbox", DATABASE_URL: "file::memory:" };
    expect(problemsOf(outright)).toEqual([]);
    expect(problemsOf({ ...outright, HOST: "0.0.0.0" })).toEqual([openHost]);
    expect(problemsOf({ ...live, NODE_ENV: "production" })).toEqual([openDoor]);
  });
});

describe("the service's process", () => {
  afterEach(() => endAllBuilt());

  it("says that nobody's token is checked only where it is so", async () => {
    const unchecked = await startService();
    const checked = await startService(tokenSettings(signer));
    const warning = "no callers' tokens are checked";
    await unchecked.told(/(no callers' tokens are checked)/);

    for (const service of [unchecked, checked]) service.kill("SIGTERM");
    await Promise.all([unchecked.ended(), checked.ended()]);

    expect(unchecked.stdout()).toContain(warning);
    expect(checked.stdout()).not.toContain(warning);
  });

  it("reports nothing to Apollo, whatever the environment has for other tools", async () => {
    const service = await startService({
      APOLLO_KEY: "service:diligence:planted",
      APOLLO_GRAPH_REF: "diligence@current",
      APOLLO_SCHEMA_REPORTING: "true",
    });

    service.kill("SIGTERM");
    await service.ended();

    expect(service.stdout()).not.toMatch(/report|planted/i);
    expect(service.stderr()).toBe("");
  });

  it("ends with code 1 where it would be open to the world", async () => {
    const service = startBuilt("main.js", live);

    expect((await service.ended()).code).toBe(1);
    expect(service.stderr()).toBe(`Bad configuration: ${openDoor}\n`);
    expect(service.stderr()).not.toContain("-key");
  });
});
