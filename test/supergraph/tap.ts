import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { Json } from "../support/graph-answer.ts";
import { type Listening, listenOnLoopback, readBody } from "./http.ts";

/** One request that went through. */
export interface Asked {
  headers: IncomingHttpHeaders;
  query: string;
  variables: Json;
}

/** Stands in front of whoever answers GraphQL: notes what is asked, and loses answers on command. */
export interface Tap extends Listening {
  /** From now on in front of this one. */
  turnTo(url: string): void;
  /** What went through since it was last asked. */
  take(): Asked[];
  /** The next so many answers are lost after they were made: whoever asked gets 503 from us instead. */
  loseAnswers(times: number): void;
}

// Between two parties each, and not to be passed on.
const hopByHop = [
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "content-encoding",
  "host",
  "expect",
];

export async function startTap(target = ""): Promise<Tap> {
  const asked: Asked[] = [];
  let toLose = 0;
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const body = (await readBody(request)).toString("utf8");
    const { query = "", variables } = body ? JSON.parse(body) : {};
    asked.push({ headers: request.headers, query, variables });
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method ?? "POST",
      headers: without(hopByHop, request.headers),
      ...(body && { body }),
    });
    const text = await answer.text();
    if (toLose > 0) {
      toLose -= 1;
      response.writeHead(503, { "content-type": "text/plain" }).end("Its answer was lost");
      return;
    }
    response.writeHead(answer.status, without(hopByHop, Object.fromEntries(answer.headers))).end(text);
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  return {
    ...(await listenOnLoopback(server)),
    turnTo: (url) => {
      target = url;
    },
    take: () => asked.splice(0),
    loseAnswers: (times) => {
      toLose = times;
    },
  };
}

function without(names: string[], headers: IncomingHttpHeaders | Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || names.includes(name) ? [] : [[name, String(value)]],
    ),
  );
}
