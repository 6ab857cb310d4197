import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endAllBuilt } from "../support/service-process.ts";
import { problemTypes } from "./problem-types.ts";
import type { Outcome } from "./run-scenario.ts";
import { runThreeWays } from "./three-ways.ts";

const wayNames = ["straight", "@apollo/gateway", "Hive Gateway"];

let ways: Map<string, Outcome[]>;
beforeAll(async () => {
  ways = await runThreeWays();
}, 120_000);
afterAll(() => endAllBuilt());

const by = (way: string) => ways.get(way) ?? [];
const comparable = (outcomes: Outcome[]) =>
  outcomes.map(({ step, calls, readsVary }) => ({ step, paid: calls.paid, reads: readsVary ? "vary" : calls.reads }));

describe.each(wayNames)("the scenario, %s", (way) => {
  it("is answered as it is straight at the subgraph", () => {
    const answers = (outcomes: Outcome[]) => outcomes.map(({ step, answer }) => ({ step, answer }));

    expect(answers(by(way))).toEqual(answers(by("straight")));
  });

  it("costs each operation as many provider calls as straight at the subgraph", () => {
    expect(comparable(by(way))).toEqual(comparable(by("straight")));
  });

  it("asks the subgraph once per operation, jumps included", () => {
    expect(by(way).filter(({ asked }) => asked !== 1)).toEqual([]);
  });

  it("comes to what each step is named for", () => {
    const named = by(way).filter(({ step }) => [...problemTypes, "FORBIDDEN", "PROVIDER_UNAVAILABLE"].includes(step));

    expect(named.map(({ came }) => came)).toEqual(named.map(({ step }) => step));
  });

  it("asks a provider once for each read, and once for each purchase", () => {
    const callsOf = (name: string) => by(way).find(({ step }) => step === name)?.calls;

    expect(callsOf("Company")).toEqual({ reads: 1, paid: 0 });
    expect(callsOf("Companies")).toEqual({ reads: 3, paid: 0 });
    expect(callsOf("a loan's company")).toEqual({ reads: 1, paid: 0 });
    expect(callsOf("a company's loans")).toEqual({ reads: 1, paid: 0 });
    for (const bought of ["RefreshCompanyReport", "ReverifyVerification", "RequestBusinessCreditReport"]) {
      expect(callsOf(bought)?.paid).toBe(1);
    }
    expect(callsOf("the same key again")?.paid).toBe(0);
  });
});

describe("the scenario", () => {
  it("has a step for each type of problem", () => {
    const steps = by("straight").map(({ step }) => step);

    expect(problemTypes.length).toBeGreaterThan(10);
    expect(problemTypes.filter((name) => !steps.includes(name))).toEqual([]);
  });

  it("jumps both ways, and out of what was bought", () => {
    const answerOf = (name: string) => by("Hive Gateway").find(({ step }) => step === name)?.answer.data;

    expect(answerOf("a loan's company")).toMatchObject({ loan: { borrower: { id: "6513", status: "Active" } } });
    expect(answerOf("a company's loans")).toMatchObject({
      company: { id: "6515", creditLine: expect.stringMatching(/^credit line for \w+/), loans: [{ id: "loan-6515" }] },
    });
    expect(answerOf("a bought company's loans")).toMatchObject({
      refreshCompanyReport: { company: { creditLine: expect.stringMatching(/^credit line for \w+/) } },
    });
  });
});
