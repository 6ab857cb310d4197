import type { RequestListener } from "node:http";

// What providers, proxies and networks do to an answer. `answerJson`, the honest one, is beside the recording provider.

/** Words of a provider's that may appear in no error and no log. */
export const PROVIDER_WORDS = "specimen-provider-words";

interface AnswerHead {
  status?: number;
  /** None is sent for null. */
  contentType?: string | null;
  headers?: Record<string, string>;
}

/** Answers with this text. */
export function answerText(
  text: string,
  { status = 200, contentType = "application/json", headers = {} }: AnswerHead = {},
): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { ...headers, ...(contentType !== null && { "content-type": contentType }) }).end(text);
  };
}

/** Answers with a status and a JSON error of the provider's. */
export function answerStatus(status: number, headers: Record<string, string> = {}): RequestListener {
  return answerText(JSON.stringify({ message: PROVIDER_WORDS }), { status, headers });
}

/** Answers with a web page, as proxies do. */
export function answerHtml(status = 200): RequestListener {
  return answerText(`<!doctype html><title>${PROVIDER_WORDS}</title>`, { status, contentType: "text/html" });
}

/** Sends the caller to another page of the same host. */
export const redirect: RequestListener = (_request, response) => {
  response.writeHead(302, { location: "/elsewhere" }).end(PROVIDER_WORDS);
};

/** Reads the request and resets the connection. */
export const resetConnection: RequestListener = (request) => {
  request.socket.resetAndDestroy();
};

/** Reads the request and closes the connection without a word. */
export const hangUp: RequestListener = (request) => {
  request.socket.end();
};

/** Reads the request and never answers. */
export const keepSilent: RequestListener = () => {};

/** Answers something that is no HTTP. */
export const answerGibberish: RequestListener = (request) => {
  request.socket.end(`HTTP/1.1 ${PROVIDER_WORDS}\r\n\r\n`);
};

/** Begins an answer, and breaks off in the middle of its body. */
export function breakOff({ status = 200, contentType = "application/json" } = {}): RequestListener {
  return (request, response) => {
    response.writeHead(status, { "content-type": contentType, "content-length": "1000" });
    response.write('{"id": 65', () => request.socket.end());
  };
}

/** Answers at once with everything but the end, a byte every few milliseconds. */
export const drip: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const dripping = setInterval(() => response.write(" "), 5);
  response.on("close", () => clearInterval(dripping));
};

/** Answers JSON of 21 MiB. */
export const answerTooMuch: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" }).end(`{"id": 6510${" ".repeat(21 * 1024 * 1024)}}`);
};
