import { CompiledQuery, createQueryId, type KyselyPlugin, type RootOperationNode, sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ChargeContext } from "../../src/charge/charge.context.ts";
import type { ProviderChargeFilter } from "../../src/charge/charge.input.ts";
import { listCharges } from "../../src/charge/charge.list.ts";
import { findVisibleCharge } from "../../src/charge/charge.visibility.ts";
import { ChargeStore } from "../../src/charge/store/charge-store.ts";
import type { Json } from "../support/graph-answer.ts";
import { graphOn } from "../support/graph-on-ledger.ts";
import { aKey, ledgerOn, type TestLedger } from "../support/ledger.ts";
import { describeOnEachDatabase } from "../support/ledger-databases.ts";
import { paidMutations, pay, wholeCharge } from "../support/paid-mutations.ts";

const hourMs = 60 * 60 * 1000;
const noon = Date.UTC(2026, 0, 15, 12);

describeOnEachDatabase("the list of charges", (kind) => {
  let test: TestLedger;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ test, close } = await ledgerOn(kind));
    await insert(test, rows);
  });
  afterAll(() => close());

  const rows: Partial<Row>[] = [
    { id: uuid(1), state: "CHARGED", requested_at: noon, target: "6510" },
    { id: uuid(2), state: "NOT_CHARGED", requested_at: noon + 1, operation: "REVERIFY_VERIFICATION" },
    { id: uuid(3), state: "UNKNOWN", requested_at: noon + 2, caller: "bob" },
    { id: uuid(4), state: "IN_PROGRESS", requested_at: noon + 3, lease_until: Date.now() + hourMs },
    { id: uuid(5), state: "IN_PROGRESS", requested_at: noon + 4, lease_until: Date.now() - 1 },
    { id: uuid(6), state: "CHARGED", requested_at: noon + 5, caller: "bob", target: "6511" },
  ];

  const seeing = (scopes: string[], id = "alice") =>
    ({
      charges: test.store,
      caller: { id, can: (scope: string) => scopes.includes(scope) },
    }) as unknown as ChargeContext;
  const everything = () => seeing(["charge:read", "charge:read-all"]);
  const ids = async (filter: ProviderChargeFilter, context = everything()) =>
    (await listCharges({ filter, first: 100 }, context)).edges.map(({ node }) => Number(node.id.slice(0, 8)));

  it("is newest first", async () => {
    expect(await ids({})).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it.each([
    [{ state: "CHARGED" }, [6, 1]],
    [{ state: "NOT_CHARGED" }, [2]],
    [{ state: "IN_PROGRESS" }, [4]],
    [{ state: "UNKNOWN" }, [5, 3]],
    [{ operation: "REVERIFY_VERIFICATION" }, [2]],
    [{ target: "6510" }, [5, 4, 3, 2, 1]],
    [{ target: "6511" }, [6]],
    [{ target: "651" }, []],
    [{ target: "" }, []],
    [{ target: "%" }, []],
    [{ requestedBy: "bob" }, [6, 3]],
    [{ requestedBy: "BOB" }, []],
    [{ requestedAfter: new Date(noon + 3).toISOString() }, [6, 5]],
    [{ requestedBefore: new Date(noon + 1).toISOString() }, [1]],
    [{ requestedAfter: new Date(noon).toISOString(), requestedBefore: new Date(noon + 2).toISOString() }, [2]],
    [{ state: "CHARGED", requestedBy: "bob", operation: "REFRESH_COMPANY_REPORT" }, [6]],
    [{ state: "UNKNOWN", requestedBy: "alice" }, [5]],
    [
      { state: null, operation: null, target: null, requestedBy: null, requestedAfter: null, requestedBefore: null },
      [6, 5, 4, 3, 2, 1],
    ],
  ] as [ProviderChargeFilter, number[]][])("with %o has just these", async (filter, expected) => {
    expect(await ids(filter)).toEqual(expected);
  });

  it("tells a charge whose lease ran out as UNKNOWN, in the list and alone", async () => {
    const { edges } = await listCharges({ filter: { state: "UNKNOWN" }, first: 1 }, everything());

    expect(edges[0]?.node).toMatchObject({ id: uuid(5), state: "UNKNOWN", settledAt: null });
    expect(await test.store.findById(uuid(5))).toMatchObject({ state: "UNKNOWN" });
  });

  it("shows a caller without charge:read-all their own only, and another's as if there were none", async () => {
    const alice = seeing(["charge:read"]);

    expect(await ids({}, alice)).toEqual([5, 4, 2, 1]);
    expect(await ids({ requestedBy: "alice" }, alice)).toEqual([5, 4, 2, 1]);
    expect(await ids({ requestedBy: "bob" }, alice)).toEqual([]);
    expect(await findVisibleCharge(uuid(3), alice)).toBeNull();
    expect(await findVisibleCharge(uuid(1), alice)).toMatchObject({ id: uuid(1) });
    expect(await findVisibleCharge(uuid(3), everything())).toMatchObject({ id: uuid(3) });
  });

  it("stays right page by page while charges are added and settled", async () => {
    const { test: growing, close: end } = await ledgerOn(kind);
    const context = { ...everything(), charges: growing.store } as ChargeContext;
    // Three in each millisecond, so that the time alone is no place.
    await insert(
      growing,
      Array.from({ length: 30 }, (_, i) => ({ id: uuid(i), requested_at: noon + Math.floor(i / 3) })),
    );

    const seen: string[] = [];
    const flags: boolean[][] = [];
    let after: string | null = null;
    for (let page = 0; page < 20; page++) {
      const { edges, pageInfo } = await listCharges({ first: 4, after }, context);
      seen.push(...edges.map(({ node }) => node.id));
      flags.push([pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
      expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor, edges.at(-1)?.cursor]);
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
      await insert(growing, [{ id: uuid(100 + page), requested_at: noon + hourMs + page }]);
    }
    await end();

    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => uuid(29 - i)));
    expect(flags).toEqual([[false, true], ...Array(6).fill([true, true]), [true, false]]);
  });

  it("is empty behind its end", async () => {
    const { pageInfo } = await listCharges({ first: 100 }, everything());

    expect(await listCharges({ first: 5, after: pageInfo.endCursor }, everything())).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  it("of ten thousand is read page by page from its index, to the end", { timeout: 60_000 }, async () => {
    const { test: long, close: end } = await ledgerOn(kind);
    const { store, explainLast } = explaining(long);
    const context = { ...everything(), charges: store } as ChargeContext;
    for (let from = 0; from < 10_000; from += 500) {
      await insert(
        long,
        Array.from({ length: 500 }, (_, i) => ({ id: uuid(from + i), requested_at: noon + from + i })),
      );
    }
    await sql`analyze`.execute(long.database.db);

    let [pages, seen] = [0, 0];
    let after: string | null = null;
    for (;;) {
      const { edges, pageInfo } = await listCharges({ first: 100, after }, context);
      [pages, seen] = [pages + 1, seen + edges.length];
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    const plan = await explainLast();
    await end();

    expect([seen, pages]).toEqual([10_000, 100]);
    // What is not searched in the index, or is put in order afterwards, takes the longer the more there is.
    expect(plan).toMatch(/(search charge|index scan backward) using( index)? charge_newest/i);
    expect(plan).not.toMatch(/scan charge\b|seq scan|temp b-tree|sort/i);
  });
});

/** The same store, which tells how the database goes about the last of its queries. */
function explaining({ database }: TestLedger): { store: ChargeStore; explainLast(): Promise<string> } {
  let last: RootOperationNode | undefined;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      last = node;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const explainLast = async () => {
    if (!last) throw new Error("Expected a query, got none");
    const query = database.db.getExecutor().compileQuery(last, createQueryId());
    const explain = database.locksRows ? "explain" : "explain query plan";
    const { rows } = await database.db.executeQuery(
      CompiledQuery.raw(`${explain} ${query.sql}`, [...query.parameters]),
    );
    return JSON.stringify(rows);
  };
  return { store: new ChargeStore({ ...database, db: database.db.withPlugin(plugin) }), explainLast };
}

describeOnEachDatabase("providerCharges and providerCharge", (kind) => {
  const graph = graphOn(kind);
  const [refresh] = paidMutations;

  it.each([
    ["first is 0", "(first: 0)"],
    ["first is -1", "(first: -1)"],
    ["first is 101", "(first: 101)"],
    ["after is no cursor", '(after: "elsewhere")'],
    ["after is another list's cursor", `(after: "${btoa("verification:3")}")`],
    ["after is a cursor with another id", `(after: "${btoa("charge:1:x' or 1=1")}")`],
    ["after is a cursor with another time", `(after: "${btoa(`charge:-1:${uuid(1)}`)}")`],
    ["a time is none", '(filter: { requestedAfter: "yesterday" })'],
    ["a state is none", "(filter: { state: LOST })"],
  ])("are BAD_USER_INPUT or invalid where %s", async (_, given) => {
    const { data, errors } = await graph().ask(`{ providerCharges${given} { edges { cursor } } }`);

    expect(data?.providerCharges ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: expect.stringMatching(/BAD_USER_INPUT|VALIDATION_FAILED/) } }]);
  });

  it("take any text for a filter or an id, and find nothing where nothing can be", async () => {
    const nothing = { edges: [] };
    const { data, errors } = await graph().ask(
      `query Q($text: String!, $id: ID!) {
         a: providerCharges(filter: { target: $text }) { edges { cursor } }
         b: providerCharges(filter: { requestedBy: $text }) { edges { cursor } }
         c: providerCharge(id: $id) { id }
         _entities(representations: [{ __typename: "ProviderCharge", id: $id }]) { __typename }
       }`,
      { text: "a\u0000b\ud800'", id: "a\u0000b" },
    );

    expect(errors).toBeUndefined();
    expect(data).toEqual({ a: nothing, b: nothing, c: null, _entities: [null] });
  });

  it("tell the same of one charge, alone, in the list and as an entity", async () => {
    const { charge } = await pay(graph(), refresh, { ...refresh.input, idempotencyKey: aKey() });

    const { data } = await graph().ask(
      `query Q($id: ID!) {
         providerCharge(id: $id) { ...Whole }
         providerCharges(first: 1) { edges { node { ...Whole } } }
         _entities(representations: [{ __typename: "ProviderCharge", id: $id }, { __typename: "ProviderCharge", id: "x" }]) {
           ...Whole
         }
       } ${wholeCharge}`,
      { id: charge.id },
    );

    expect(data).toEqual({
      providerCharge: charge,
      providerCharges: { edges: [{ node: charge }] },
      _entities: [charge, null],
    });
  });

  it("give 25 where nothing is said", async () => {
    for (let i = 0; i < 26; i++) await pay(graph(), refresh, { ...refresh.input, idempotencyKey: aKey() });

    const { data } = await graph().ask("{ providerCharges { edges { cursor } pageInfo { hasNextPage } } }");

    expect([data.providerCharges.edges.length, data.providerCharges.pageInfo.hasNextPage]).toEqual([25, true]);
  });
});

describeOnEachDatabase("Company.creditReports", (kind) => {
  const graph = graphOn(kind);
  const [, , request] = paidMutations;
  const buy = async (companyNumber: string) =>
    (await pay(graph(), request, { companyNumber, subjectConsent: true, idempotencyKey: aKey() })).charge.resultId;
  const reportsOf = async (id: string, given = "") => {
    const { data, errors } = await graph().ask(
      `query R($id: ID!) { company(id: $id) { creditReports${given} { edges { cursor node { id } } pageInfo { hasNextPage } } } }`,
      { id },
    );
    const connection = data?.company.creditReports;
    return { ids: connection?.edges.map(({ node }: Json) => node?.id ?? null), connection, errors };
  };

  it("are those bought for the company's number, however it was written, newest first", async () => {
    const bought = [];
    for (const number of ["ZZ000011", "zz000011", " ZZ 0000 11", "Zz000011"]) bought.push(await buy(number));
    await buy("ZZ000012");

    expect((await reportsOf("6511")).ids).toEqual(bought.toReversed());
  });

  it("are found for a number that lost its leading zeros", async () => {
    const bought = [];
    for (const number of ["1", "00000001", "0001", "0000 0001"]) bought.push(await buy(number));
    await buy("10000000");

    expect((await reportsOf("6516")).ids).toEqual(bought.toReversed());
  });

  it("come page by page", async () => {
    const bought = [await buy("99000014"), await buy("99000014"), await buy("99000014")];

    const first = await reportsOf("6514", "(first: 2)");
    const second = await reportsOf("6514", `(first: 2, after: "${first.connection.edges[1].cursor}")`);

    expect([first.ids, second.ids]).toEqual([[bought[2], bought[1]], [bought[0]]]);
    expect([first, second].map(({ connection }) => connection.pageInfo.hasNextPage)).toEqual([true, false]);
    expect((await reportsOf("6514", "(first: 0)")).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  it("leave out what was not bought, and what nobody can name", async () => {
    const provider = graph().sandbox.youverify;
    for (const fault of ["insufficient-funds", "server-error", "empty"] as const) {
      provider.behave({ fault, on: "paid", times: 1 });
      await pay(graph(), request, { companyNumber: "99000017", subjectConsent: true, idempotencyKey: aKey() });
    }

    expect((await reportsOf("6517")).ids).toEqual([]);
  });

  it("are null where one can't be read, with an error beside it, and the others stay", async () => {
    const bought = [await buy("99000018"), await buy("99000018")];
    graph().sandbox.youverify.behave({ fault: "server-error", on: "reads", times: 1 });

    const { ids, errors } = await reportsOf("6518");

    expect(ids.filter((id: string | null) => id === null)).toHaveLength(1);
    expect(bought).toEqual(expect.arrayContaining(ids.filter(Boolean)));
    expect(errors).toMatchObject([
      {
        path: ["company", "creditReports", "edges", expect.any(Number), "node"],
        extensions: { code: "PROVIDER_UNAVAILABLE" },
      },
    ]);
  });

  it("are empty where nothing was bought, and cost nothing", async () => {
    expect((await reportsOf("6513")).ids).toEqual([]);
    expect(graph().paidCalls()).toBe(0);
  });
});

type Row = Parameters<ReturnType<TestLedger["database"]["db"]["insertInto"]>["values"]>[0] & Record<string, unknown>;

async function insert({ database }: TestLedger, rows: Partial<Row>[]): Promise<void> {
  const whole = rows.map((row) => ({
    caller: "alice",
    operation: "REFRESH_COMPANY_REPORT" as const,
    idempotency_key: aKey(),
    fingerprint: "1:x",
    provider: "CREDAS" as const,
    target: "6510",
    subject: "6510",
    state: "CHARGED" as const,
    attempt: 1,
    freed: 0 as const,
    lease_until: 0,
    requested_at: noon,
    id: uuid(0),
    ...row,
  }));
  await database.db.insertInto("charge").values(whole).execute();
}

/** An id that sorts, and reads, as its number. */
function uuid(number: number): string {
  return `${String(number).padStart(8, "0")}-0000-4000-8000-000000000000`;
}
