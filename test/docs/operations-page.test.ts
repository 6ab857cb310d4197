import { existsSync, globSync, readFileSync } from "node:fs";
import { sql } from "kysely";
import { pino } from "pino";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readConfig } from "../../src/config.ts";
import { openTelemetry } from "../../src/telemetry/telemetry.ts";
import { anAsker, aSpending, chargeOf, openTestLedger, unknown } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { parseMetrics, type Sample } from "../support/metrics.ts";
import { makeSigner, tokenSettings } from "../support/tokens.ts";

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const operations = read("docs/operations.md");
/** What an operator reads, all of it. */
const pages = ["docs/operations.md", "docs/resilience.md", "docs/caching.md"]
  .filter((page) => existsSync(new URL(`../../${page}`, import.meta.url)))
  .map(read)
  .join("\n");
const named = (text: string, what: string) => text.includes(`\`${what}\``);

describe("every setting that the configuration reads", () => {
  let names: string[];
  beforeAll(async () => {
    const own = (name: string) => ({ [`${name}_BASE_URL`]: "https://provider.example", [`${name}_API_KEY`]: "a-key" });
    const live = { ...own("CREDAS"), ...own("TRUEWORK"), ...own("YOUVERIFY"), ...tokenSettings(await makeSigner()) };
    const shared = { REDIS_URL: "redis://127.0.0.1:6379", CACHE_KEY: Buffer.alloc(32).toString("base64") };
    const telemetry = { METRICS_PORT: "0", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };
    const read = new Set([
      ...namesReadFrom({}),
      ...namesReadFrom({ ...live, ...shared, ...telemetry }),
      ...namesReadFrom({ ...live, NODE_ENV: "production", JWT_JWKS_URL: "https://issuer.example/jwks" }),
    ]);
    names = [...read].filter((name) => !name.endsWith("_FILE")).toSorted();
  });

  it("stands in the pages for operators", () => {
    expect(names.filter((name) => !named(pages, name))).toEqual([]);
    expect(names.length).toBeGreaterThan(40);
  });

  it("stands in .env.example", () => {
    const example = read(".env.example");
    const missing = names.filter((name) => !new RegExp(`^#? ?${name}=`, "m").test(example));

    // The one is always refused; the other is refused in production, and of no use to anybody but a crash test.
    expect(missing.toSorted()).toEqual(["NODE_TLS_REJECT_UNAUTHORIZED", "TEST_PAUSE_AT"]);
  });
});

describe("every metric", () => {
  const metrics = new Map<string, readonly string[]>();
  let samples: Sample[];
  beforeAll(async () => {
    const off = { metrics: undefined, traces: undefined };
    const telemetry = await openTelemetry(off, pino({ level: "silent" }));
    telemetry.showLedger({ countUnknown: async () => [], countOnTheirWay: () => 0 });
    telemetry.showRedis({ isReady: true });
    telemetry.showSharing({ clearings: { hears: true }, keys: ["abcd"] });
    samples = parseMetrics(await telemetry.registry.metrics());
    for (const metric of telemetry.registry.getMetricsAsArray()) {
      metrics.set(metric.name, "labelNames" in metric ? (metric.labelNames as string[]) : []);
    }
    await telemetry.close();
  });

  it("of ours stands in the pages for operators", () => {
    const ours = [...metrics.keys()].filter((name) => name.startsWith("diligence_"));

    expect(ours.filter((name) => !named(pages, name))).toEqual([]);
    expect(ours.length).toBeGreaterThan(15);
  });

  it("of ours is on the dashboard", () => {
    const dashboard = read("ops/grafana-dashboard.json");
    const ours = [...metrics.keys()].filter((name) => name.startsWith("diligence_"));

    expect(ours.filter((name) => !dashboard.includes(name))).toEqual([]);
  });

  it.each(["ops/alerts.yaml", "ops/grafana-dashboard.json"])("and label that %s asks for is there", (file) => {
    const asked = expressionsIn(file).flatMap(selectorsIn);
    const wrong = asked.filter(({ name, labels }) => {
      const known = metrics.get(name.replace(/_(bucket|sum|count)$/, "")) ?? metrics.get(name);
      return !known || labels.some((label) => ![...known, "instance", "job", "le"].includes(label));
    });

    expect(wrong).toEqual([]);
    expect(asked.length).toBeGreaterThan(20);
  });

  it("of which an alert asks the increase is there before the first event", () => {
    const asked = expressionsIn("ops/alerts.yaml").flatMap((expression) =>
      [...expression.matchAll(/increase\((\w+)(?:\{([^}]*)\})?/g)].map(([, name = "", labels = ""]) => ({
        name,
        labels: [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", value = ""]) => [label, value] as const),
      })),
    );
    const late = asked.filter(
      ({ name, labels }) =>
        !samples.some(
          (sample) => sample.name === name && labels.every(([label, value]) => sample.labels[label] === value),
        ),
    );

    expect(late).toEqual([]);
    expect(asked.length).toBeGreaterThan(5);
  });
});

describe("every alert", () => {
  const rules = (parse(read("ops/alerts.yaml")) as AlertFile).groups.flatMap((group) => group.rules);

  it("has what to do about it in the runbook, and the runbook has no other", () => {
    const headings = [...operations.matchAll(/^### (Diligence\w+)$/gm)].map(([, name]) => name);

    expect(headings.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  });

  it("says how soon somebody has to come, and why", () => {
    for (const { labels, annotations } of rules) {
      expect(["page", "ticket"]).toContain(labels.severity);
      expect(annotations.summary).toMatch(/^[A-Z].{20,}$/);
    }
  });
});

describe("every event in the log", () => {
  it("stands in the pages for operators, with what to do about it", () => {
    const events = globSync("src/**/*.ts", { exclude: ["src/sandbox/**"] }).flatMap((file) => eventsIn(read(file)));

    expect(events.filter((event) => !named(pages, event))).toEqual([]);
    expect(events.length).toBeGreaterThan(25);
  });
});

describe("ops/kubernetes.yaml", () => {
  const objects = parseAllDocuments(read("ops/kubernetes.yaml")).map((document) => document.toJS());
  const deployment = objects.find(({ kind }) => kind === "Deployment");
  const pod = deployment.spec.template.spec;
  const [container] = pod.containers;
  const settings = objects.find(({ kind }) => kind === "ConfigMap").data;

  it("gives a process longer to end than its longest paid call and all that goes with it", () => {
    const { drain, paidCalls, reads } = readConfig({
      NODE_ENV: "production",
      PROVIDERS: "sandbox",
      DATABASE_URL: "file:./a",
    });
    const [flushMs, lastClearingsMs] = [5_000, 2 * 250];

    const longestMs =
      drain.waitMs + drain.timeoutMs + paidCalls.abandonMs + lastClearingsMs + reads.timeoutMs + flushMs;

    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(longestMs);
  });

  it("says how many instances may be alive at once, in a rollout too", () => {
    const { replicas, strategy } = deployment.spec;
    const draining = 1;

    expect(Number(settings.INSTANCES)).toBeGreaterThanOrEqual(replicas + strategy.rollingUpdate.maxSurge + draining);
  });

  it("has room for the largest answers of all three providers at once", () => {
    const { reads } = readConfig({ NODE_ENV: "production", PROVIDERS: "sandbox", DATABASE_URL: "file:./a" });
    const [, gibibytes = ""] = /^(\d+)Gi$/.exec(container.resources.limits.memory) ?? [];
    const measuredBytes = 310e6;

    const bodies = 3 * reads.concurrency * reads.maxBodyBytes;

    expect(Number(gibibytes) * 2 ** 30).toBeGreaterThan(bodies + measuredBytes);
    expect(operations).toContain(`may have ${reads.maxBodyBytes / 1e6} MB`);
  });

  it("sees that an instance is not ready before it stops accepting", () => {
    const { periodSeconds, timeoutSeconds, failureThreshold } = container.readinessProbe;
    const { waitMs } = readConfig({ NODE_ENV: "production", PROVIDERS: "sandbox", DATABASE_URL: "file:./a" }).drain;

    expect((periodSeconds * failureThreshold + timeoutSeconds) * 1000).toBeLessThan(waitMs);
  });

  it("asks the addresses that there are", () => {
    expect(container.livenessProbe.httpGet.path).toBe("/health/live");
    expect(container.readinessProbe.httpGet.path).toBe("/health/ready");
    expect(container.ports).toContainEqual({ name: "http", containerPort: Number(settings.PORT) });
    expect(container.ports).toContainEqual({ name: "metrics", containerPort: Number(settings.METRICS_PORT) });
  });

  it("runs as nobody in particular, with nothing to write", () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  });

  it("sets settings that there are", () => {
    const unknownNames = Object.keys(settings)
      .map((name) => name.replace(/_FILE$/, ""))
      .filter((name) => !named(pages, name));

    expect(unknownNames).toEqual([]);
  });
});

describe("compose.yaml", () => {
  const { services } = parse(read("compose.yaml"));

  it("has the service with a PostgreSQL and a Redis, read-only and without rights", () => {
    expect(Object.keys(services)).toEqual(["diligence", "postgres", "redis"]);
    expect(services.diligence).toMatchObject({ read_only: true, cap_drop: ["ALL"], stop_grace_period: "200s" });
  });

  it("has a Redis that asks for the password that the service has", () => {
    const { command, environment } = services.redis;
    const password = command[command.indexOf("--requirepass") + 1];

    expect(password).toMatch(/^\$\{REDIS_PASSWORD:-.+\}$/);
    expect(services.diligence.environment.REDIS_URL).toBe(`redis://:${password}@redis:6379`);
    expect(environment.REDISCLI_AUTH).toBe(password);
  });

  it("opens no port beyond this machine", () => {
    for (const port of services.diligence.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

describeOnEachDatabase("the statements for personal data", (kind) => {
  const statements = [...operations.matchAll(/```sql\n(.*?)```/gs)].map(([, block = ""]) => block);

  const afterwards = async (block: string | undefined) => {
    const database = await kind.create();
    const test = await openTestLedger(database.url);
    const mine = aSpending({ caller: "THE CALLER", target: "THE ID", subject: "THE ID" });
    const others = [aSpending({ caller: "THE CALLER" }), aSpending({ caller: "bob", target: "THE ID" }), aSpending()];
    for (const spending of [mine, ...others]) await test.ledger.spend(spending, anAsker());
    const lost = aSpending({ caller: "carol", send: async () => unknown });
    const { id } = chargeOf(await test.ledger.spend(lost, anAsker()));
    await test.store.recordVerdict(id, { by: "OPERATOR", state: "CHARGED", settledBy: "THE CALLER", note: "a note" });
    const stillOpen = aSpending({ caller: "dora", send: async () => unknown });
    await test.ledger.spend(stillOpen, anAsker());

    const run = (statement: string) => sql.raw(statement).execute(test.database.db);
    for (const statement of (block ?? "").split(";").filter((text) => text.trim())) await run(statement);
    const tables = ["charge", "charge_attempt", "daily_claims"];
    const rows = (await Promise.all(tables.map((table) => run(`select * from ${table}`)))).map((result) => result.rows);
    await test.close();
    await database.drop();
    return {
      left: JSON.stringify(rows),
      counts: rows.map((table) => table.length),
      states: rows[0] as { state: string }[],
    };
  };

  it("are three blocks", () => {
    expect(statements).toHaveLength(3);
  });

  it("take a caller's name off everything, and leave every charge", async () => {
    const [before, after] = [await afterwards(""), await afterwards(statements[0])];

    expect(before.left).toContain("THE CALLER");
    expect(after.left).not.toContain("THE CALLER");
    expect(after.left).not.toContain("a note");
    expect(after.counts.slice(0, 2)).toEqual(before.counts.slice(0, 2));
  });

  it("take off whom a charge is about, and leave the charge", async () => {
    const [before, after] = [await afterwards(""), await afterwards(statements[1])];

    expect(after.left).not.toContain("THE ID");
    expect(after.counts).toEqual(before.counts);
  });

  it("delete what is old and settled, and nothing that waits", async () => {
    const inAThousandYears = Date.now() + 1000 * 365 * 86_400_000;
    const block = statements[2]?.replaceAll("1735689600000", String(inAThousandYears));

    expect((await afterwards(statements[2])).counts).toEqual((await afterwards("")).counts);
    expect((await afterwards(block)).states.map(({ state }) => state)).toEqual(["UNKNOWN"]);
  });
});

interface AlertFile {
  groups: {
    rules: { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string } }[];
  }[];
}

/** The names that are looked up in an environment, whether or not they are there. */
function namesReadFrom(environment: Record<string, string>): Set<string> {
  const names = new Set<string>();
  const watched = new Proxy(environment, {
    get: (target, name) => {
      names.add(String(name));
      return target[String(name)];
    },
  });
  try {
    readConfig(watched);
  } catch {
    // Whether it can be used is not the question here.
  }
  return names;
}

function expressionsIn(file: string): string[] {
  if (file.endsWith(".yaml")) {
    return (parse(read(file)) as AlertFile).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  }
  const { panels } = JSON.parse(read(file)) as { panels: { targets?: { expr: string }[] }[] };
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** The metrics that an expression of Prometheus' asks for, with the labels it matches. */
function selectorsIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b((?:diligence|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = "", labels = ""]) => ({
      name,
      labels: [...labels.matchAll(/(\w+)(?==~?"|!=)/g)].map(([label]) => label),
    }),
  );
}

/** What the source logs, by its texts. */
function eventsIn(source: string): string[] {
  const calls = source.matchAll(/\blog\.(?:info|warn|error)\(\s*(?:[^"`;]*?,\s*)?"([^"]+)"/g);
  return [...calls].map(([, event = ""]) => event);
}
