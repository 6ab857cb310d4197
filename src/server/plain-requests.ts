import type { IncomingMessage } from "node:http";
import { graphqlPath } from "./graphql-path.ts";

const plainTypes: readonly unknown[] = ["application/json", "application/json; charset=utf-8"];

/**
 * Tells requests that can be understood in one way only: JSON of a known length, sent by POST. Whatever has a say in how a
 * request is to be understood is left to those who know of it.
 */
export class PlainRequests {
  /** The last Host header that makes an address: nearly all requests have the same. */
  private host: string | undefined;

  constructor(private readonly maxBodyBytes: number) {}

  include({ method, url, headers }: IncomingMessage): boolean {
    return (
      method === "POST" &&
      url === graphqlPath &&
      plainTypes.includes(headers["content-type"]) &&
      Number(headers["content-length"]) <= this.maxBodyBytes &&
      headers.origin === undefined &&
      headers["content-encoding"] === undefined &&
      this.isHost(headers.host)
    );
  }

  // One with a user's name in it is read in more than one way.
  private isHost(host: string | undefined): boolean {
    if (host === undefined || host.includes("@")) return false;
    if (host !== this.host && URL.canParse(graphqlPath, `http://${host}/`)) this.host = host;
    return host === this.host;
  }
}
