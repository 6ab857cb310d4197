import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { pool } from "./provider.ts";

// The floor: no GraphQL and no tokens. The ids are read from the request, the provider is asked, its bytes are passed on.

const server = createServer(async (request, response) => {
  if (request.method !== "POST") return response.writeHead(404, { "content-length": 0 }).end();
  const { variables } = JSON.parse(await read(request));
  const texts = await Promise.all(idsOf(variables).map((id) => ask(id)));
  const body = `[${texts.join(",")}]`;
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
  async function ask(id: string): Promise<string> {
    const path = `/api/v2/ci/companies/${id}`;
    if (variables.input) await (await pool.request({ path: `${path}/refresh-report`, method: "POST" })).body.dump();
    return (await pool.request({ path, method: "GET" })).body.text();
  }
});

interface Variables {
  id?: string;
  ids?: string[];
  representations?: { id: string }[];
  input?: { companyId: string };
}

function idsOf({ id, ids, representations, input }: Variables): string[] {
  if (id !== undefined) return [id];
  if (input) return [input.companyId];
  return ids ?? representations?.map((representation) => representation.id) ?? [];
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

server.listen(0, "127.0.0.1", () => process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`));
