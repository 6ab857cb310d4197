import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

// The provider: any positive integer is a company of its, told after the delay that was last set by PUT /_delay/<ms>.
// GET /_calls tells how many calls came since it was last asked.

const people = ["Ada", "Bea", "Cai", "Dee"].map((name, i) => ({
  id: `P-${i}`,
  name: `Ms ${name} Specimen`,
  nationality: "Invented",
  address: { simpleValue: `${i + 1} Example Street, Specimen Town` },
}));

const template = JSON.stringify({
  id: "#id#",
  companyName: "Company #id# Example Limited",
  companyNumber: "99#id#",
  companyStatus: "Active",
  fullReport: {
    companySummary: { businessName: "Company #id# Example Limited", companyStatus: { status: "Active" } },
    directors: { currentDirectors: people },
    shareCapitalStructure: { shareHolders: people.slice(0, 2) },
    additionalInformation: { personsWithSignificantControl: { activePSC: people.slice(0, 1) } },
    localFinancialStatements: Array.from({ length: 5 }, (_, year) => ({
      yearEndDate: `${2020 + year}-12-31`,
      profitAndLoss: { turnover: 1_000_000 + year, operatingProfit: 100_000 + year },
      balanceSheet: { totalAssets: 5_000_000 + year, totalLiabilities: 4_000_000 + year },
    })),
  },
});

let delayMs = 0;
let calls = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const url = request.url ?? "";
  const answer = (body: string) =>
    response
      .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
      .end(body);
  const delay = /^\/_delay\/(\d+)$/.exec(url);
  if (delay) {
    delayMs = Number(delay[1]);
    return answer("{}");
  }
  if (url === "/_calls") {
    answer(JSON.stringify({ calls }));
    calls = 0;
    return;
  }
  calls += 1;
  const id = /^\/api\/v2\/ci\/companies\/(\d+)/.exec(url)?.[1];
  if (!id) return response.writeHead(404, { "content-length": 0 }).end();
  const body = url.endsWith("/refresh-report") ? '{"success":true}' : template.replaceAll("#id#", id);
  request.resume();
  if (delayMs === 0) answer(body);
  else setTimeout(answer, delayMs, body);
});

server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`);
});
