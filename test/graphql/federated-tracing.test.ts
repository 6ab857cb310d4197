import { Trace } from "@apollo/usage-reporting-protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SandboxGraph, startSandboxGraph } from "../support/graph.ts";

const secret = "a-router-secret-of-tests";
const asking = { "content-type": "application/json", "apollo-federation-include-trace": "ftv1" };

describe("federated tracing", () => {
  let open: SandboxGraph;
  let guarded: SandboxGraph;
  beforeAll(async () => {
    [open, guarded] = await Promise.all([
      startSandboxGraph(),
      startSandboxGraph({ environment: { ROUTER_SECRET: secret } }),
    ]);
  });
  afterAll(() => Promise.all([open.close(), guarded.close()]));

  const ask = async ({ server }: SandboxGraph, headers: Record<string, string>, id = "6510") =>
    server.inject({
      method: "POST",
      url: "/graphql",
      headers,
      payload: { query: `{ company(id: "${id}") { name } }` },
    });
  const traceOf = (body: { extensions?: { ftv1: string } }) =>
    Trace.decode(Buffer.from(body.extensions?.ftv1 ?? "", "base64"));

  it("answers the router that asks for it, field by field", async () => {
    const { root } = traceOf((await ask(guarded, { ...asking, "router-authorization": secret })).json());

    expect(root?.child?.map(({ responseName }) => responseName)).toEqual(["company"]);
    expect(root?.child?.[0]?.child?.map(({ responseName }) => responseName)).toEqual(["name"]);
  });

  it("answers as fully where the same was asked before, with and without a trace", async () => {
    const known = { "content-type": "application/json", "router-authorization": secret };
    await ask(guarded, known);
    await ask(guarded, known);

    const traces = [await ask(guarded, { ...asking, ...known }), await ask(guarded, { ...asking, ...known })];

    for (const { root } of traces.map((response) => traceOf(response.json()))) {
      expect(root?.child?.[0]?.child?.map(({ responseName }) => responseName)).toEqual(["name"]);
    }
  });

  it("answers nobody who does not ask", async () => {
    const { body } = await ask(guarded, { "content-type": "application/json", "router-authorization": secret });

    expect(body).not.toContain("extensions");
  });

  it("answers nobody where the router has no secret to show, for then anybody may be asking", async () => {
    expect((await ask(open, asking)).body).not.toContain("ftv1");
  });

  it.each([{}, { "router-authorization": "a-guessed-secret-of-tests" }])(
    "answers nobody without the secret: %j",
    async (given) => {
      const response = await ask(guarded, { ...asking, ...given });

      expect(response.statusCode).toBe(401);
      expect(response.body).not.toContain("ftv1");
    },
  );

  it("tells neither the message nor the extensions of an error, nor what was asked for", async () => {
    const response = await ask(guarded, { ...asking, "router-authorization": secret }, "80500");

    const trace = JSON.stringify(traceOf(response.json()));
    expect(trace).toContain("<masked>");
    expect(trace).not.toMatch(/not available|CREDAS|80500/);
  });
});
