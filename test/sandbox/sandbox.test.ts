import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { credas, youverify } from "./callers.ts";

describe("the sandbox", () => {
  it("starts three providers on free ports of their own", async () => {
    const sandbox = await startSandbox();

    const { baseUrl } = sandbox.credas;
    const urls = new Set([baseUrl, sandbox.truework.baseUrl, sandbox.youverify.baseUrl]);
    await sandbox.close();

    expect(baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(urls.size).toBe(3);
  });

  it("ends hung connections when it closes", async () => {
    const sandbox = await startSandbox();
    const hung = credas(sandbox)
      .company(80902)
      .catch(() => "ended");
    while (sandbox.credas.calls().length === 0) await new Promise(setImmediate);

    await sandbox.close();

    expect(await hung).toBe("ended");
  });

  it("leaves nothing listening when one port is taken", async () => {
    const first = await startSandbox();
    const taken = Number(new URL(first.credas.baseUrl).port);

    await expect(startSandbox({ ports: { youverify: taken } })).rejects.toMatchObject({ code: "EADDRINUSE" });

    await first.close();
  });

  it("never gives the same id again, neither after a reset nor after a restart", async () => {
    const ids = new Set<string>();

    for (let start = 0; start < 2; start += 1) {
      const sandbox = await startSandbox({ clock: () => 0 });
      for (let run = 0; run < 2; run += 1) {
        ids.add((await youverify(sandbox).request({ companyNumber: "99000010" })).json.data.id);
        sandbox.youverify.reset();
      }
      await sandbox.close();
    }

    expect(ids.size).toBe(4);
  });
});

describe("npm run sandbox", () => {
  it("prints what to paste, and ends by itself on SIGTERM", async () => {
    const env = { ...process.env, SANDBOX_CREDAS_PORT: "0", SANDBOX_TRUEWORK_PORT: "0", SANDBOX_YOUVERIFY_PORT: "0" };
    const main = fileURLToPath(new URL("../../src/sandbox/main.ts", import.meta.url));
    const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "inherit"] });

    const [output] = await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code, signal] = await once(child, "exit");

    expect(String(output)).toMatch(
      /^PROVIDERS=sandbox\nCREDAS_BASE_URL=http:\/\/127\.0\.0\.1:\d+\nCREDAS_API_KEY=sandbox-credas-key\n/,
    );
    expect(String(output).trim().split("\n")).toHaveLength(7);
    expect([code, signal]).toEqual([0, null]);
  });

  it("says which port is no port", async () => {
    const env = { ...process.env, SANDBOX_TRUEWORK_PORT: "many" };
    const main = fileURLToPath(new URL("../../src/sandbox/main.ts", import.meta.url));
    const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "ignore", "pipe"] });

    const [output] = await once(child.stderr, "data");
    await once(child, "exit");

    expect(String(output)).toContain("SANDBOX_TRUEWORK_PORT");
  });
});
