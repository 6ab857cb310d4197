import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net";
import type { LightMyRequestResponse } from "fastify";
import { print } from "graphql";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ChargeStore } from "../../src/charge/store/charge-store.ts";
import { FAULTS } from "../../src/sandbox/sandbox.ts";
import type { Environment } from "../../src/settings.ts";
import { cert, key } from "../fixtures/tls/planted-certificate.ts";
import {
  BusinessCreditReportDocument,
  CompaniesDocument,
  CompanyCreditReportsDocument,
  CompanyDocument,
  RefreshCompanyReportDocument,
  RequestBusinessCreditReportDocument,
  ReverifyVerificationDocument,
  SettleProviderChargeDocument,
  VerificationDocument,
  VerificationsDocument,
} from "../generated/operations.ts";
import { type Graph, startGraph, startSandboxGraph } from "../support/graph.ts";
import { startRecordingProvider } from "../support/recording-provider.ts";
import { endAllBuilt, startBuilt } from "../support/service-process.ts";
import { everyScope, makeSigner, type Signer, tokenSettings } from "../support/tokens.ts";

// Whatever is planted says so, so that one look finds it wherever it went.
const planted = "Planted words of Ada";
const trace = /planted/i;

const ids = { company: "6510", verification: "vr_planted", report: "5a0db0510000000000000a01" };
const entities = `query Planted_Entities($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Company { id name } ... on Verification { id createdAt } ... on BusinessCreditReport { id country }
} }`;

const reads: [string, object][] = [
  [print(CompanyDocument), { id: ids.company }],
  [print(CompaniesDocument), { ids: [ids.company, "6511"] }],
  [print(CompanyCreditReportsDocument), { id: ids.company, first: 5 }],
  [print(VerificationDocument), { id: ids.verification }],
  [print(VerificationsDocument), { first: 5 }],
  [print(BusinessCreditReportDocument), { id: ids.report }],
  [
    entities,
    {
      representations: [
        { __typename: "Company", id: ids.company },
        { __typename: "Verification", id: ids.verification },
        { __typename: "BusinessCreditReport", id: ids.report },
      ],
    },
  ],
];
let keys = 0;
// What is bought stays without its entity and its charge's texts, for those are answers.
const purchases = (): [string, object][] => {
  const idempotencyKey = () => `Planted-key-${++keys}`;
  const told = "__typename ... on PaidSuccess { replayed charge { id state } } ... on Problem { message }";
  return [
    [
      `mutation Planted_Refresh($input: RefreshCompanyReportInput!) { refreshCompanyReport(input: $input) { ${told} ... on RefreshCompanyReportSuccess { company { id } } } }`,
      { input: { companyId: ids.company, idempotencyKey: idempotencyKey() } },
    ],
    [
      `mutation Planted_Reverify($input: ReverifyVerificationInput!) { reverifyVerification(input: $input) { ${told} ... on ReverifyVerificationSuccess { verification { id } } } }`,
      {
        input: {
          verificationId: ids.verification.toLowerCase(),
          reportId: "rep_Planted",
          idempotencyKey: idempotencyKey(),
        },
      },
    ],
    [
      `mutation Planted_Request($input: RequestBusinessCreditReportInput!) { requestBusinessCreditReport(input: $input) { ${told} ... on RequestBusinessCreditReportSuccess { report { id } } } }`,
      {
        input: {
          companyNumber: "PLANTED1",
          subjectConsent: true,
          metadata: { subject: planted, deep: [{ email: "planted@example.com" }] },
          idempotencyKey: idempotencyKey(),
        },
      },
    ],
  ];
};

type Fault = (request: IncomingMessage, response: ServerResponse) => void;

const json =
  (status: number, body: unknown): Fault =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
const raw =
  (text: string): Fault =>
  (_, response) =>
    void response.socket?.end(text);
const everywhere = {
  message: planted,
  error: { message: planted, detail: planted },
  errors: [planted],
  data: { message: planted },
};
const plantedHeaders = {
  "x-request-id": planted,
  "x-planted": planted,
  "set-cookie": `session=${planted}`,
  "www-authenticate": `Basic realm="${planted}"`,
  server: planted,
};

const faults: [string, Fault][] = [
  ...[400, 401, 402, 403, 405, 406, 408, 409, 422, 425, 429, 451, 500, 502, 503, 504, 599].map(
    (status): [string, Fault] => [`JSON with status ${status}`, json(status, everywhere)],
  ),
  [
    "an envelope of Youverify's own",
    json(503, { success: false, message: `Third-party provider not reacheable ${planted}` }),
  ],
  ["JSON of another shape", json(200, everywhere)],
  [
    "JSON with planted names of members",
    json(200, { [planted]: planted, id: [planted], data: { [planted]: 1, id: {} } }),
  ],
  ["JSON with an id that is none", json(200, { id: planted, created: planted, data: { id: planted, type: planted } })],
  ["JSON with a success that is none", json(200, { success: false, message: planted, data: { id: planted } })],
  ["a JSON text", json(200, planted)],
  ["a JSON list", json(201, [planted])],
  [
    "broken JSON",
    (_, response) => void response.writeHead(200, { "content-type": "application/json" }).end(`{"${planted}`),
  ],
  ["plain text", (_, response) => void response.writeHead(200, { "content-type": "text/plain" }).end(planted)],
  [
    "a web page",
    (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end(`<html>${planted}`),
  ],
  [
    "a web page with 404",
    (_, response) => void response.writeHead(404, { "content-type": "text/html" }).end(`<html>${planted}`),
  ],
  [
    "another content type",
    (_, response) => void response.writeHead(200, { "content-type": `application/${planted}` }).end(planted),
  ],
  ["a reason phrase", (_, response) => void response.writeHead(500, planted).end()],
  ["headers", (_, response) => void response.writeHead(503, { ...plantedHeaders, "retry-after": planted }).end()],
  [
    "a redirect",
    (_, response) => void response.writeHead(302, { location: "http://planted.example/words" }).end(planted),
  ],
  [
    "a redirect that stays",
    (_, response) => void response.writeHead(308, { location: `/planted?${planted}` }).end(planted),
  ],
  ["a broken status line", raw(`${planted}/1 200 OK\r\n\r\n`)],
  ["a status that is none", raw(`HTTP/1.1 ${planted}\r\n\r\n`)],
  ["a broken header", raw(`HTTP/1.1 200 OK\r\n${planted} without a colon\r\n\r\n`)],
  ["a length that is none", raw(`HTTP/1.1 200 OK\r\ncontent-length: ${planted}\r\n\r\n`)],
  ["a chunk that is none", raw(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${planted}\r\n${planted}`)],
  [
    "a body that breaks off",
    raw(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{"${planted}`),
  ],
  ["two answers", raw(`HTTP/1.1 500 ${planted}\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 ${planted}\r\n\r\n`)],
  [
    "a body without an end",
    (_, response) => void response.writeHead(200, { "content-type": "application/json" }).write(`{"${planted}`),
  ],
  ["a closed connection", (_, response) => void response.socket?.destroy()],
];

const secrets = {
  CREDAS_API_KEY: "Planted-credas-key",
  TRUEWORK_API_KEY: "Planted-truework-key",
  YOUVERIFY_API_KEY: "Planted-youverify-key",
  ROUTER_SECRET: "Planted-router-secret",
};
const providersAt = (baseUrl: string): Environment => ({
  PROVIDERS: "sandbox",
  DATABASE_URL: "file::memory:",
  CREDAS_BASE_URL: baseUrl,
  TRUEWORK_BASE_URL: baseUrl,
  YOUVERIFY_BASE_URL: baseUrl,
  PROVIDER_TIMEOUT_MS: "250",
  PAID_CALL_TIMEOUT_MS: "250",
  PAID_CALL_ABANDON_MS: "250",
  LOG_LEVEL: "trace",
  ...secrets,
});

let signer: Signer;
beforeAll(async () => {
  signer = await makeSigner();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Everything a client is told: status, headers and body. */
const told = ({ statusMessage, headers, body }: LightMyRequestResponse) =>
  `${statusMessage}${JSON.stringify(headers)}${body}`;

async function send(
  graph: Graph,
  [query, variables]: [string, object],
  token: string,
): Promise<LightMyRequestResponse> {
  return graph.server.inject({
    method: "POST",
    url: "/graphql",
    headers: {
      authorization: `Bearer ${token}`,
      "router-authorization": secrets.ROUTER_SECRET,
      "user-agent": planted,
      "x-planted": planted,
      cookie: `planted=${planted}`,
    },
    payload: { query, variables },
  });
}

describe("a provider that answers", () => {
  let fault: Fault;
  let faulty: "reads" | "purchases";
  let close: () => Promise<void>;
  let baseUrl: string;
  let token: string;
  beforeAll(async () => {
    token = await signer.sign({ sub: "Planted-caller", scope: everyScope.join(" "), name: planted });
    ({ baseUrl, close } = await startRecordingProvider((request, response) => {
      const isRead = request.method === "GET";
      if (isRead === (faulty === "reads")) fault(request, response);
      else goodRead(request, response);
    }));
  });
  afterAll(() => close());

  const ask = async (operations: [string, object][], environment: Environment = {}) => {
    const graph = await startGraph({
      environment: { ...providersAt(baseUrl), ...tokenSettings(signer), ...environment },
    });
    const responses = await Promise.all(operations.map((operation) => send(graph, operation, token)));
    await graph.close();
    return { responses, told: responses.map(told).join("\n"), logged: graph.logged() };
  };

  it.each(faults)("a read with %s tells nothing of it to clients or the log", async (_, answer) => {
    [faulty, fault] = ["reads", answer];

    const { responses, told, logged } = await ask(reads);

    expect(told).not.toMatch(trace);
    expect(logged).not.toMatch(trace);
    expect(told).not.toContain("INTERNAL_SERVER_ERROR");
    for (const { statusCode } of responses) expect(statusCode).toBe(200);
  });

  it.each(faults)("a paid call with %s tells nothing of it to clients or the log", async (_, answer) => {
    [faulty, fault] = ["purchases", answer];

    let { responses, told, logged } = await ask(purchases());
    // On a machine that is slower than the bound nothing was begun, and then there is nothing to tell.
    while (!/"(state|kind|reason)":/.test(logged)) ({ responses, told, logged } = await ask(purchases()));

    expect(told).not.toMatch(trace);
    expect(logged).not.toMatch(trace);
    expect(told).not.toContain("INTERNAL_SERVER_ERROR");
    for (const { statusCode } of responses) expect(statusCode).toBe(200);
  });

  it("in production tells nothing either", async () => {
    for (const [, answer] of faults.slice(0, 20)) {
      [faulty, fault] = ["reads", answer];
      const { told, logged } = await ask(reads, { NODE_ENV: "production" });
      expect(`${told}${logged}`).not.toMatch(trace);
    }
  });
});

describe("a connection that fails", () => {
  const listening: Server[] = [];
  afterEach(() => {
    for (const server of listening.splice(0)) server.close().unref();
  });
  const listen = async (server: Server) => {
    listening.push(server);
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    return (server.address() as AddressInfo).port;
  };

  it.each([
    [
      "a certificate that nobody trusts",
      async () => `https://127.0.0.1:${await listen(createTlsServer({ key, cert }))}`,
    ],
    [
      "words instead of TLS",
      async () =>
        `https://127.0.0.1:${await listen(createSocketServer((socket) => void socket.on("error", () => {}).end(`${planted}\r\n`)))}`,
    ],
    [
      "words instead of HTTP",
      async () =>
        `http://127.0.0.1:${await listen(createSocketServer((socket) => void socket.on("error", () => {}).end(`${planted}\r\n`)))}`,
    ],
    ["nobody", async () => "http://127.0.0.1:1"],
  ])("for it meets %s tells nothing of it, and nothing is charged", async (_, start) => {
    const baseUrl = await start();
    const token = await signer.sign({ sub: "Planted-caller", scope: everyScope.join(" ") });
    const graph = await startGraph({ environment: { ...providersAt(baseUrl), ...tokenSettings(signer) } });

    const responses = await Promise.all([...reads, ...purchases()].map((operation) => send(graph, operation, token)));
    await graph.close();

    const everything = `${responses.map(told).join("\n")}${graph.logged()}`;
    expect(everything).not.toMatch(trace);
    expect(everything).not.toContain(new URL(baseUrl).host);
    expect(responses.map(({ body }) => body).join()).not.toContain("CHARGED");
    for (const { body } of responses)
      expect(body).toMatch(
        /PROVIDER_(UNAVAILABLE|TIMEOUT)|ProviderUnavailable|Charge(OutcomeUnknown|InProgress)|"edges":\[\]/,
      );
  });
});

describe("a good answer", () => {
  it("is told to whoever asked, and to nobody's log", async () => {
    const { baseUrl, close } = await startRecordingProvider(goodRead);
    const token = await signer.sign({ sub: "ada", scope: everyScope.join(" ") });
    const graph = await startGraph({ environment: { ...providersAt(baseUrl), ...tokenSettings(signer) } });

    const responses = await Promise.all([...reads, ...purchases()].map((operation) => send(graph, operation, token)));
    await graph.close();
    await close();

    expect(responses.map(({ body }) => body).join()).toContain("Personal-Ada");
    expect(graph.logged()).not.toMatch(/personal/i);
    expect(graph.logged()).not.toMatch(trace);
  });
});

describe("the sandbox", () => {
  it("puts nothing of a provider's words or of a person into errors and the log, by any fault", async () => {
    const graph = await startSandboxGraph({
      environment: {
        PROVIDER_TIMEOUT_MS: "300",
        PAID_CALL_TIMEOUT_MS: "300",
        PAID_CALL_ABANDON_MS: "300",
        LOG_LEVEL: "trace",
      },
    });
    const codes = Object.values(FAULTS).map(({ code }) => String(code));
    const ask = (query: string, variables: object) => graph.ask(query, variables);

    const answers = await Promise.all(
      codes.flatMap((code) => [
        ask(print(CompanyDocument), { id: `80${code}` }),
        ask(print(VerificationDocument), { id: `vr_sandbox_read_${code}` }),
        ask(print(BusinessCreditReportDocument), { id: `${"0".repeat(21)}${code}` }),
        ask(print(RefreshCompanyReportDocument), { input: { companyId: `90${code}`, idempotencyKey: code } }),
        ask(print(ReverifyVerificationDocument), {
          input: {
            verificationId: `vr_sandbox_reverify_${code}`,
            reportId: `rep_sandbox_reverify_${code}`,
            idempotencyKey: code,
          },
        }),
        ask(print(RequestBusinessCreditReportDocument), {
          input: {
            companyNumber: `F0000${code}`,
            subjectConsent: true,
            metadata: { who: planted },
            idempotencyKey: code,
          },
        }),
      ]),
    );
    await graph.close();

    const theirs = Object.values(FAULTS).flatMap((fault) => ("message" in fault ? [fault.message] : []));
    const persons = ["Specimen", "Jamie", "Example", "example.com", "***-**-0000", "50000.00", "1990-01-01", "Widgets"];
    const errors = JSON.stringify(answers.flatMap((answer) => answer.errors ?? []));
    for (const words of [
      ...theirs,
      ...persons,
      "Planted",
      "sandbox-credas-key",
      "sandbox-truework-key",
      "sandbox-youverify-key",
    ]) {
      expect(graph.logged(), `the log has ${words}`).not.toContain(words);
      expect(errors, `an error has ${words}`).not.toContain(words);
    }
    expect(errors).not.toContain("INTERNAL_SERVER_ERROR");
    expect(answers.length).toBe(codes.length * 6);
  });
});

describe("the ledger", () => {
  const methods = ["find", "findById", "list", "claim", "recordAnswer", "recordVerdict"] as const;

  it.each(methods)("that fails with its database's words in %s tells none of them", async (method) => {
    const { baseUrl, close } = await startRecordingProvider(goodRead);
    const token = await signer.sign({ sub: "Planted-caller", scope: everyScope.join(" ") });
    const graph = await startGraph({ environment: { ...providersAt(baseUrl), ...tokenSettings(signer) } });
    const theirs = Object.assign(
      new Error(`insert into charges values ('${planted}')\n    at ${planted} (/planted.sql:1:1)`),
      {
        code: planted,
        detail: planted,
        cause: new Error(planted),
      },
    );
    vi.spyOn(ChargeStore.prototype, method).mockImplementation(async () => {
      throw theirs;
    });

    const settle = { chargeId: "11111111-1111-4111-8111-111111111111", outcome: "NOT_CHARGED", note: planted };
    const operations: [string, object][] = [
      ...purchases(),
      ["{ providerCharges { edges { node { id state } } } }", {}],
      [print(SettleProviderChargeDocument), { input: settle }],
      [
        '{ _entities(representations: [{ __typename: "ProviderCharge", id: "11111111-1111-4111-8111-111111111111" }]) { __typename } }',
        {},
      ],
    ];
    const responses = await Promise.all(operations.map((operation) => send(graph, operation, token)));
    vi.restoreAllMocks();
    await graph.close();
    await close();

    const everything = `${responses.map(told).join("\n")}${graph.logged()}`;
    expect(everything).not.toMatch(trace);
    expect(everything).not.toMatch(/insert into|INTERNAL_SERVER_ERROR/);
    for (const { statusCode } of responses) expect(statusCode).toBe(200);
  });
});

describe("what a client sends", () => {
  it("is in no log, and what is refused is not repeated", async () => {
    const { baseUrl, close } = await startRecordingProvider(goodRead);
    const token = await signer.sign({ sub: "Planted-caller", scope: everyScope.join(" ") });
    const graph = await startGraph({ environment: { ...providersAt(baseUrl), ...tokenSettings(signer) } });
    const find = "query Find($id: ID!) { company(id: $id) { id } }";
    const listed =
      "query List($state: VerificationState, $filter: ProviderChargeFilter, $after: String) { verifications(state: $state, after: $after) { totalCount } providerCharges(filter: $filter) { edges { cursor } } }";
    const request =
      "mutation Request($input: RequestBusinessCreditReportInput!) { requestBusinessCreditReport(input: $input) { __typename ... on Problem { message } } }";
    const input = { companyNumber: "99000010", subjectConsent: false, idempotencyKey: "a" };

    const responses = await Promise.all(
      (
        [
          [find, { id: { planted } }],
          [find, { id: [planted] }],
          [find, { id: planted }],
          [find, { id: true, planted }],
          [listed, { state: planted }],
          [listed, { filter: { state: planted } }],
          [listed, { filter: { requestedAfter: planted } }],
          [listed, { after: planted }],
          [request, { input: { ...input, metadata: planted } }],
          [request, { input: { ...input, metadata: { planted }, subjectConsent: planted } }],
          [request, { input: { ...input, companyNumber: `${planted}\u0007` } }],
          [request, { input: { ...input, idempotencyKey: `${planted} with blanks` } }],
          [request, { input: { ...input, metadata: { a: "Planted\u0000" } } }],
          [`{ company(id: { a: "${planted}" }) { id } }`, {}],
          [`{ company(id: ["${planted}"]) { id } }`, {}],
          [`{ verifications(first: "${planted}") { totalCount } }`, {}],
          [`{ verifications(state: "${planted}") { totalCount } }`, {}],
          [`{ providerCharges(filter: { requestedAfter: "${planted}" }) { edges { cursor } } }`, {}],
          [`{ company(id: "6510") "${planted}" }`, {}],
          [`{ company(id: "6510") """${planted}""" }`, {}],
          [`{ company(id: "${planted}`, {}],
          [`"${planted}"`, {}],
          [
            `mutation { requestBusinessCreditReport(input: { companyNumber: "1", subjectConsent: true, metadata: ["${planted}"], idempotencyKey: "a" }) { __typename } }`,
            {},
          ],
          [
            "{ _entities(representations: $planted_r) { __typename } }".replace(
              "$planted_r",
              `[{ __typename: "${planted}" }]`,
            ),
            {},
          ],
        ] as [string, object][]
      ).map((operation) => send(graph, operation, token)),
    );
    const others = await Promise.all([
      graph.server.inject({ method: "GET", url: "/nothing?name=Planted-Ada" }),
      graph.server.inject({ method: "GET", url: "/Planted-Ada/nothing" }),
      graph.server.inject({
        method: "POST",
        url: "/graphql?planted=1",
        payload: `{"query": "Planted`,
        headers: { "content-type": "application/json" },
      }),
      graph.server.inject({
        method: "POST",
        url: "/graphql",
        payload: planted,
        headers: { "content-type": "text/planted" },
      }),
      graph.server.inject({
        method: "POST",
        url: "/graphql",
        headers: { authorization: `Bearer ${planted}`, "router-authorization": planted },
      }),
    ]);
    await graph.close();
    await close();

    expect(graph.logged()).not.toMatch(trace);
    for (const { body, statusCode } of [...responses, ...others]) {
      expect(body).not.toMatch(trace);
      expect(statusCode).toBeLessThan(500);
      expect(body).not.toContain("INTERNAL_SERVER_ERROR");
    }
  });
});

describe("a service that can't start", () => {
  afterEach(() => endAllBuilt());

  it("tells no password of its database, and nothing the database said", async () => {
    const server = createSocketServer((socket) => {
      // PostgreSQL's own error message: severity, code and text.
      const fields = `SFATAL\0C28P01\0M${planted}\0\0`;
      const message = Buffer.alloc(5 + fields.length);
      message.write("E");
      message.writeInt32BE(4 + fields.length, 1);
      message.write(fields, 5);
      socket.on("error", () => {}).once("data", () => socket.end(message));
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;

    const service = startBuilt("main.js", {
      DATABASE_URL: `postgres://planted-user:planted-password@127.0.0.1:${port}/planted`,
    });
    const { code } = await service.ended();
    server.close();

    expect(code).toBe(1);
    expect(`${service.stdout()}${service.stderr()}`).not.toMatch(trace);
  });
});

/** Answers every read with what a person would not want to find elsewhere, and every purchase with a success. */
function goodRead(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? "";
  const created = new Date(Date.now() - 86_400_000).toISOString();
  const verification = (id: string) => ({
    id,
    created,
    state: "completed",
    type: "employment",
    date_of_completion: created,
    target: { first_name: "Personal-Ada", last_name: "Personal-Specimen", contact_email: "personal@example.com" },
  });
  const bodyOf = () => {
    if (url.includes("/companies/")) {
      const id = /companies\/(\d+)/.exec(url)?.[1];
      return {
        id,
        companyName: "Personal-Ada Limited",
        companyNumber: "99000010",
        fullReport: { note: "Personal-Ada" },
      };
    }
    if (url.includes("/reverify/")) return verification("vr_new");
    if (/verification-requests\/\?/.test(url)) return { count: 1, next: null, results: [verification("vr_1")] };
    if (url.includes("/verification-requests/")) return verification(decodeURIComponent(url.split("/")[2] ?? ""));
    return {
      success: true,
      data: { id: ids.report, type: "gbBusinessCreditReport", status: "found", reason: "Personal-Ada" },
    };
  };
  json(200, bodyOf())(request, response);
}
