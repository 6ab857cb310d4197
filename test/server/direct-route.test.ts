import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../../src/graphql/context.ts";
import type { DirectAnswer } from "../../src/graphql/direct-answers.ts";
import { DirectRoute } from "../../src/server/direct-route.ts";
import { Health } from "../../src/server/health.ts";
import type { AnsweredRequest } from "../../src/server/request-log.ts";
import { pause, until } from "../support/until.ts";

const ada: Caller = { id: "ada", can: () => true };
const known: DirectAnswer = { status: 200, contentType: "application/json; charset=utf-8", body: '{"data":{}}\n' };
const body = JSON.stringify({ query: "{ known }" });

type Answering = () => DirectAnswer | undefined | Promise<DirectAnswer | undefined>;

let server: Server;
let health: Health;
/** What each answer is made by, and whether the bounds refuse what is asked. */
let answering: Answering;
let refusing: boolean;
/** What the route told of each request: the bodies it asked with, the lines of the log, how they ended. */
let asked: unknown[];
let lines: AnsweredRequest[];
let ends: { status: number; complete: boolean }[];

beforeEach(async () => {
  health = new Health();
  answering = () => known;
  refusing = false;
  asked = [];
  lines = [];
  ends = [];
  const route = new DirectRoute({
    direct: {
      answer: ({ body: posted }: { body: unknown }) => {
        asked.push(posted);
        return answering();
      },
    } as never,
    authenticator: {
      recall: ({ authorization }) => (authorization === "Bearer known" ? ada : undefined),
      authenticate: async () => ada,
      cameThroughRouter: () => false,
    },
    bounds: {
      check: () => {
        if (refusing) throw new Error("too large");
      },
    },
    createContext: (request) => request,
    now: Date.now,
    log: { answered: (line: AnsweredRequest) => void lines.push(line) } as never,
    health,
    requests: {
      begin: () => ({
        run: (_headers, work) => work(),
        resolved: () => {},
        answered: () => {},
        end: (reply) => void ends.push(reply),
      }),
    },
    maxBodyBytes: 1_000,
  });
  server = createServer((request, response) =>
    route.take(request, response, async () => {
      const arrival = route.arrivalOf(request);
      const text = arrival ? arrival.body.toString() : await textOf(request);
      response.end(`next: ${text}`);
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

interface Asking {
  method?: string;
  path?: string;
  headers?: Record<string, string | undefined>;
  pieces?: string[];
}

const plain = { host: "127.0.0.1", authorization: "Bearer known", "content-type": "application/json" };

function headOf({ method = "POST", path = "/graphql", headers = {}, pieces = [body] }: Asking): string {
  const all = { ...plain, "content-length": String(Buffer.byteLength(pieces.join(""))), ...headers };
  const told = Object.entries(all).filter(([, value]) => value !== undefined);
  return `${method} ${path} HTTP/1.1\r\n${told.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

function open(): Socket {
  return connect((server.address() as AddressInfo).port, "127.0.0.1");
}

/** Sends a request as it is written, piece by piece, and gives what came back. */
async function ask(asking: Asking = {}): Promise<string> {
  const socket = open();
  socket.write(headOf(asking));
  for (const piece of asking.pieces ?? [body]) {
    await pause(5);
    socket.write(piece);
  }
  let answer = "";
  socket.setEncoding("utf8");
  for await (const text of socket) {
    answer += text;
    if (/\r\n\r\n.*(\n|next: .*)$/s.test(answer)) break;
  }
  socket.destroy();
  return answer;
}

describe("what is known", () => {
  it("is answered at once, logged and counted once", async () => {
    const answer = await ask();

    const [head, told] = answer.split("\r\n\r\n");
    expect(told).toBe(known.body);
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    const headers = head?.toLowerCase().split("\r\n") ?? [];
    expect(headers).toEqual(
      expect.arrayContaining([
        "content-type: application/json; charset=utf-8",
        "cache-control: no-store",
        "vary: origin",
        "access-control-expose-headers: x-request-id",
        `content-length: ${known.body.length}`,
      ]),
    );
    expect(asked).toEqual([{ query: "{ known }" }]);
    await until(() => ends.length > 0);
    expect(ends).toEqual([{ status: 200, complete: true }]);
    expect(lines).toEqual([
      { requestId: expect.any(String), method: "POST", route: "/graphql", status: 200, ms: expect.any(Number) },
    ]);
    expect(headers).toContain(`x-request-id: ${lines[0]?.requestId}`);
  });

  it("is answered however its body comes in pieces, and with its length in bytes", async () => {
    const query = '{"query":"{ known }","variables":{"name":"Žofie 🐈"}}';
    answering = () => ({ ...known, body: "Žofie 🐈\n" });

    const answer = await ask({ pieces: [...query] });

    expect(asked).toEqual([JSON.parse(query)]);
    expect(answer).toMatch(/\r\ncontent-length: 12\r\n/i);
    expect(answer).toMatch(/Žofie 🐈\n$/);
  });

  it("is answered when it comes later", async () => {
    answering = async () => known;

    expect(await ask()).toContain(known.body);
  });

  it("has its connection end while the service drains", async () => {
    expect(await ask()).not.toMatch(/connection: close/i);
    health.beginDraining();

    expect(await ask()).toMatch(/connection: close/i);
  });
});

describe("what is not known", () => {
  it.each<[string, Asking]>([
    ["another method", { method: "PUT" }],
    ["another path", { path: "/graphql?query=x" }],
    ["a token that was not verified before", { headers: { authorization: "Bearer other" } }],
    ["no token", { headers: { authorization: undefined } }],
    ["an Origin", { headers: { origin: "https://example.com" } }],
    ["another content type", { headers: { "content-type": "text/plain" } }],
    ["another charset", { headers: { "content-type": "application/json; charset=latin1" } }],
    ["a packed body", { headers: { "content-encoding": "gzip" } }],
    ["a body that is too long", { pieces: ["x".repeat(1_001)] }],
    ["a host that makes no address", { headers: { host: "a b" } }],
    ["a host with a user's name", { headers: { host: "%:a@localhost" } }],
  ])("is handed on as it came: %s", async (_what, asking) => {
    const answer = await ask(asking);

    expect(answer).toContain(`next: ${(asking.pieces ?? [body]).join("")}`);
    expect(asked).toEqual([]);
    expect(lines).toEqual([]);
    expect(ends).toEqual([]);
  });

  it("is handed on where its length is not told", async () => {
    const pieces = [`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`];
    const headers = { "content-length": undefined, "transfer-encoding": "chunked" };

    expect(await ask({ headers, pieces })).toContain(`next: ${body}`);
    expect(asked).toEqual([]);
  });

  it.each<[string, () => void]>([
    ["nobody knows the query", () => (answering = () => undefined)],
    ["it turns out later that nobody does", () => (answering = async () => undefined)],
    ["something throws", () => (answering = () => raise())],
    ["something rejects", () => (answering = async () => raise())],
    ["the bounds refuse it", () => (refusing = true)],
  ])("is handed on with its body where %s", async (_why, arrange) => {
    arrange();

    expect(await ask({ pieces: [body.slice(0, 5), body.slice(5)] })).toContain(`next: ${body}`);
    expect(lines).toEqual([]);
    await until(() => ends.length > 0);
    expect(ends).toHaveLength(1);
  });

  it.each(["", "{", "null", '"text"', "1"])("is handed on where its body is %j", async (text) => {
    expect(await ask({ pieces: [text] })).toContain(`next: ${text}`);
    expect(asked).toEqual([]);
  });
});

describe("a client that leaves", () => {
  it("before its body is whole is counted, and asks nothing", async () => {
    const socket = open();
    socket.write(headOf({}) + body.slice(0, 5));
    await pause(20);
    socket.destroy();

    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ complete: false }]);
    expect(asked).toEqual([]);
  });

  it("before its answer is counted, and not logged as answered", async () => {
    const answered = Promise.withResolvers<DirectAnswer>();
    answering = () => answered.promise;
    const socket = open();
    socket.write(headOf({}) + body);
    await until(() => asked.length > 0);
    socket.destroy();
    await until(() => ends.length > 0);
    answered.resolve(known);
    await pause(20);

    expect(ends).toMatchObject([{ complete: false }]);
    expect(lines).toEqual([]);
    answering = () => known;
    expect(await ask()).toContain(known.body);
  });
});

function raise(): never {
  throw new Error("unexpected");
}
