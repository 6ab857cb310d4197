import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Graph, startGraph } from "../support/graph.ts";

interface Example {
  body: string;
  answer: string;
}

/** Each request that the README has its reader paste, with the answer printed below it. */
function examples(): Example[] {
  const readme = readFileSync("README.md", "utf8");
  const pairs = readme.matchAll(/```sh\ncurl[^`]*?--data '([^']+)'\n```\n\n```json\n(.+)\n```/g);
  return [...pairs].map(([, body = "", answer = ""]) => ({ body, answer }));
}

async function paste({ server }: Graph, payload: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  const response = await server.inject({ method: "POST", url: "/graphql", headers, payload });
  return response.body.trim();
}

describe("the README's examples", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await startGraph();
  });
  afterAll(() => graph.close());

  it("answer as printed, pasted as they stand and in their order", async () => {
    const answers = [];
    for (const { body } of examples()) answers.push(await paste(graph, body));

    expect(answers).toEqual(examples().map(({ answer }) => answer));
    expect(answers.length).toBeGreaterThanOrEqual(2);
  });
});
