import { FAULT_NAMES, FAULTS, type FaultName } from "../../src/sandbox/faults.ts";
import { type Answer, ask, purchase, read } from "./client.ts";
import { countOf, tally, waits } from "./figures.ts";
import { expecting, type Findings } from "./findings.ts";
import { openWorld, type ProviderName, providerNames, type World } from "./world.ts";

// A breaker that tries again soon, and Truework's limit is not what this is about.
const settings = { BREAKER_OPEN_MS: "300", TRUEWORK_CALLS_PER_SECOND: "1000", PROVIDER_TIMEOUT_MS: "20000" };

// What has no end is to reach its deadline soon; the rest must not, however busy the machine is.
const shortOfTime = {
  ...settings,
  PROVIDER_TIMEOUT_MS: "1000",
  PAID_CALL_TIMEOUT_MS: "1500",
  PAID_CALL_ABANDON_MS: "1500",
};

const known: Record<ProviderName, string[]> = {
  credas: ["6510", "6511", "6512", "6513", "6514", "6515"],
  truework: ["one_report", "two_reports", "sync", "89_days_ago", "long_ago", "without_date"].map(
    (name) => `vr_sandbox_completed_${name}`,
  ),
  youverify: ["01", "02", "03", "04", "05"].map((n) => `5a0db0510000000000000a${n}`),
};

// Enough to open the breaker; but 16 MB each are for a few.
const readsOf = (fault: FaultName) => (fault === "huge" ? 2 : 12);
const purchases = 2;

/**
 * Each way a provider can misbehave, while clients read and buy. A purchase is asked for first: once the reads have opened the
 * breaker, none would be sent.
 */
export async function misbehave(
  faults: readonly FaultName[],
  providers: readonly ProviderName[] = providerNames,
): Promise<Findings> {
  const [endless, others] = [faults.filter(isEndless), faults.filter((fault) => !isEndless(fault))];
  const found = [
    ...(await misbehaveWith(settings, others, providers)),
    ...(await misbehaveWith(shortOfTime, endless, providers)),
  ];
  return { lines: found.flatMap(({ lines }) => lines), violations: found.flatMap(({ violations }) => violations) };
}

async function misbehaveWith(
  withSettings: Record<string, string>,
  faults: readonly FaultName[],
  providers: readonly ProviderName[],
): Promise<Findings[]> {
  if (faults.length === 0) return [];
  const findings: Findings[] = [];
  const world = await openWorld(withSettings);
  try {
    for (const fault of faults) {
      findings.push(...(await Promise.all(providers.map((provider) => misbehaveAt(world, provider, fault)))));
    }
  } finally {
    await world.end();
  }
  return findings;
}

/** All of them, those last that a read may survive: what was read once may be answered from its copy later. */
export const everyFault: readonly FaultName[] = FAULT_NAMES.toSorted(
  (one, other) => Number(one === "not-found") - Number(other === "not-found"),
);

async function misbehaveAt({ urls, providers }: World, name: ProviderName, fault: FaultName): Promise<Findings> {
  const [url = ""] = urls;
  const provider = providers[name];
  await provider.behave({ fault });
  const buying = Promise.all(Array.from({ length: purchases }, () => ask(url, purchase(name))));
  const reads = await Promise.all(
    Array.from({ length: readsOf(fault) }, (_, i) => ask(url, read(name, known[name][i % known[name].length] ?? ""))),
  );
  const bought = await buying;
  const calls = await provider.calls();
  const charges = await provider.countCharges();
  await provider.startOver();
  await recover(url, name);

  const readCalls = calls.filter(({ method }) => method === "GET").length;
  const paidCalls = calls.length - readCalls;
  const lines = [
    [
      `${fault} at ${name}`.padEnd(36),
      `reads: ${tally(reads)}`,
      `purchases: ${tally(bought)}`,
      `calls: ${readCalls} free, ${paidCalls} paid`,
      waits(reads),
    ].join(" | "),
  ];
  return { lines, violations: judge({ name, fault, reads, bought, readCalls, paidCalls, charges }) };
}

interface Seen {
  name: ProviderName;
  fault: FaultName;
  reads: Answer[];
  bought: Answer[];
  readCalls: number;
  paidCalls: number;
  charges: number;
}

function judge({ name, fault, reads, bought, readCalls, paidCalls, charges }: Seen): string[] {
  const violations: string[] = [];
  const expected = expecting(violations);
  const where = `${fault} at ${name}`;
  const code = expectedCode(fault);
  const allowed = isDown(fault) ? [code, "PROVIDER_UNAVAILABLE"] : [code];
  expected(
    countOf(reads, ...allowed) === reads.length,
    `${where}: expected ${allowed.join(" or ")}, got ${tally(reads)}`,
  );
  expected(countOf(reads, code) > 0, `${where}: expected some ${code}, got ${tally(reads)}`);
  // Every purchase may read too: before it, and after it. One more is the breaker's, and it may try again while we wait.
  const mostReads = 3 * (reads.length + 2 * purchases) + 10;
  expected(readCalls <= mostReads, `${where}: expected at most ${mostReads} free calls, got ${readCalls}`);
  expected(paidCalls <= purchases, `${where}: expected at most ${purchases} paid calls, got ${paidCalls}`);
  const owned = bought.filter(({ kind }) => /Success$|^ChargeOutcomeUnknown$|^ChargeInProgress$/.test(kind)).length;
  expected(charges <= owned, `${where}: ${charges} charges, but only ${owned} purchases say so: ${tally(bought)}`);
  expected(
    bought.every(({ kind }) => !/^[A-Z_]+$|^lost$/.test(kind)),
    `${where}: a purchase failed: ${tally(bought)}`,
  );
  return violations;
}

// Until the breaker lets reads through again: the next fault is to be met by itself.
async function recover(url: string, name: ProviderName): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const { kind } = await ask(url, read(name, nextUnknownId(name)));
    if (kind === "answered") return;
    await new Promise((soon) => setTimeout(soon, 50));
  }
  throw new Error(`Expected ${name} to be read again within 15 s, and it was not`);
}

// Another one each time: that there is none is remembered, and would be answered while the breaker still refuses.
let unknown = 0;

function nextUnknownId(name: ProviderName): string {
  unknown += 1;
  if (name === "credas") return String(800_000_000 + unknown);
  return name === "truework" ? `vr_none_${unknown}` : unknown.toString(16).padStart(24, "f");
}

/** Whether the provider looks as if it were down; then the breaker may have opened, and the rest fails at once. */
function isDown(fault: FaultName): boolean {
  const { does, code } = FAULTS[fault];
  return isEndless(fault) || ["reset", "garble", "truncate"].includes(does) || (code >= 500 && code <= 551);
}

function isEndless(fault: FaultName): boolean {
  return ["slow", "hang", "drip"].includes(FAULTS[fault].does);
}

function expectedCode(fault: FaultName): string {
  const { does, code } = FAULTS[fault];
  if (fault === "not-found") return "answered";
  if (isEndless(fault)) return "PROVIDER_TIMEOUT";
  if (["reset", "garble", "truncate"].includes(does) || (code >= 500 && code <= 551)) return "PROVIDER_UNAVAILABLE";
  const refused = ["unauthorized", "forbidden", "version-refused", "html-forbidden", "too-many-requests"];
  return refused.includes(fault) ? "PROVIDER_UNAVAILABLE" : "PROVIDER_MALFORMED";
}
