import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SandboxGraph, startSandboxGraph } from "../support/graph.ts";
import { installedChromium, launchBrowser } from "./browser.ts";
import { type StandInOrigins, startStandInOrigins } from "./stand-in-origins.ts";

const explorers = [
  "https://studio.apollographql.com",
  "https://explorer.embed.apollographql.com",
  "https://sandbox.embed.apollographql.com",
];
const query = `{ company(id: "6510") { name } }`;
const refresh = (key: string) =>
  `mutation { refreshCompanyReport(input: { companyId: "6510", idempotencyKey: "${key}" }) { __typename } }`;

const patiently = { timeout: 40_000, interval: 1_000 };

if (!installedChromium) {
  process.stderr.write(
    "\n*** NO CHROMIUM IS INSTALLED: THE EXPLORER IS NOT TRIED IN A BROWSER. apt-get install chromium ***\n",
  );
}

describe.skipIf(!installedChromium)("in a real browser", { timeout: 90_000 }, () => {
  let graph: SandboxGraph;
  let origins: StandInOrigins;
  let browser: Browser;
  let url: string;
  /** Each request as it reached the service's socket. */
  const reached: string[] = [];
  beforeAll(async () => {
    [graph, origins] = await Promise.all([startSandboxGraph(), startStandInOrigins()]);
    url = await graph.server.listen({ host: "127.0.0.1", port: 0 });
    graph.server.server.on("request", (request) => reached.push(`${request.method} ${request.url}`));
    browser = await launchBrowser(origins.port);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await origins?.close();
    await graph?.close();
  });

  let page: Page;
  beforeEach(async () => {
    page = await browser.newPage();
    graph.startOver();
    origins.goOffline(false);
    reached.length = 0;
  });
  afterEach(() => page.close());

  const sendFromPage = (text: string) =>
    page.evaluate(
      async ([endpoint, body]) => {
        const headers = { "content-type": "application/json" };
        try {
          const response = await fetch(endpoint, { method: "POST", headers, body });
          return { body: await response.json(), requestId: response.headers.get("x-request-id") };
        } catch (error) {
          return { failed: String(error) };
        }
      },
      [`${url}/graphql`, JSON.stringify({ query: text })] as const,
    );

  const typed = 'query Typed { company(id: "6511") { registrationNumber } }';

  const type = async (editor: Locator, text: string) => {
    await editor.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(text);
    return (await editor.locator(".view-lines").innerText()).replace(/\s+/g, " ").trim();
  };
  const run = async (result: Locator) => {
    await page.locator(".graphiql-execute-button").click();
    return result.innerText();
  };

  it.each(explorers)("a page of %s may preflight, query and buy", async (origin) => {
    await page.goto(origin);

    const asked = await sendFromPage(query);
    const bought = await sendFromPage(refresh(origin));

    expect(asked).toEqual({
      body: { data: { company: { name: "Larkspur Example Trading Limited" } } },
      requestId: expect.any(String),
    });
    expect(bought.body).toEqual({ data: { refreshCompanyReport: { __typename: "RefreshCompanyReportSuccess" } } });
    expect(reached).toContain("OPTIONS /graphql");
    expect(graph.sandbox.credas.charges()).toHaveLength(1);
  });

  it.each(["https://evil.example", "https://studio.apollographql.com.evil.example"])(
    "a page of %s gets no further than its preflight: nothing is read, and nothing bought",
    async (origin) => {
      await page.goto(origin);

      const [asked, bought] = [await sendFromPage(query), await sendFromPage(refresh(origin))];

      expect([asked, bought]).toEqual(Array(2).fill({ failed: "TypeError: Failed to fetch" }));
      expect(new Set(reached)).toEqual(new Set(["OPTIONS /graphql"]));
      expect(graph.sandbox.credas.calls()).toEqual([]);
    },
  );

  it("/ opens Apollo's explorer, pointed at this endpoint", async () => {
    await page.goto(url);

    const opened = await page.waitForFunction(() => (window as { openedWith?: object }).openedWith);

    expect(await opened.jsonValue()).toMatchObject({
      initialEndpoint: `${url}/graphql`,
      initialState: { document: expect.stringContaining("company(id:") },
    });
  });

  it("/ turns to GraphiQL on a machine without internet, where a query is typed, run and its result read", async () => {
    origins.goOffline(true);
    const outside: string[] = [];
    page.on("request", (request) => {
      if (/^https?:/.test(request.url()) && !request.url().startsWith(url)) outside.push(request.url());
    });

    await page.goto(url, { waitUntil: "commit" });
    await page.waitForURL(`${url}/graphiql`);
    const editor = page.locator(".graphiql-query-editor .monaco-editor").first();
    const result = page.locator(".result-window");
    // GraphiQL fills its editor and reads what is in it in its own time, so both are done until they show.
    await expect.poll(() => type(editor, typed), patiently).toBe(typed);
    await expect.poll(() => run(result), patiently).toContain("ZZ000011");

    expect(await result.innerText()).toContain("registrationNumber");
    // Nothing but the attempt to load Apollo's explorer.
    expect(new Set(outside.map((address) => new URL(address).host))).toEqual(
      new Set(["embeddable-sandbox.cdn.apollographql.com"]),
    );
  });
});
