import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Graph, startSandboxGraph } from "../support/graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await startSandboxGraph();
  await graph.server.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(() => graph.close());

it("a request that was not answered at the door is logged with the time since it arrived there", async () => {
  const body = JSON.stringify({ query: "{ notAField }" });
  const head = ["POST /graphql HTTP/1.1", "host: localhost", "content-type: application/json"];
  const socket = connect((graph.server.server.address() as AddressInfo).port, "127.0.0.1");
  socket.write([...head, `content-length: ${body.length}`, "connection: close", "", body.slice(0, 5)].join("\r\n"));
  await new Promise((waited) => setTimeout(waited, 150));
  socket.write(body.slice(5));
  socket.resume();
  await once(socket, "end");

  const lines = graph.logged().trim().split("\n");
  const line = lines.map((text) => JSON.parse(text)).find(({ msg }) => msg === "request");
  expect(line).toMatchObject({ method: "POST", route: "/graphql", status: 400 });
  expect(line.ms).toBeGreaterThanOrEqual(100);
});
