import { describe, expect, it } from "vitest";
import { createCreditReportLoader } from "../../src/credit-report/credit-report.loader.ts";
import type { BusinessCreditReport } from "../../src/credit-report/credit-report.type.ts";
import { ProviderError } from "../../src/http/provider-error.ts";
import { aCreditReport } from "../support/entities.ts";
import { creditReportsOf } from "../support/sources.ts";

const [one, two, three] = ["1", "2", "3"].map((digit) => digit.repeat(24)) as [string, string, string];

describe("credit report loader", () => {
  it("asks once for each distinct id, and answers in the order asked", async () => {
    const youverify = new YouverifyKnowing({ [one]: aCreditReport({ id: one }), [two]: aCreditReport({ id: two }) });
    const loader = createCreditReportLoader(creditReportsOf(youverify));

    const reports = await loader.loadMany([two, one, three, two]);
    await loader.load(one);

    expect(reports).toEqual([aCreditReport({ id: two }), aCreditReport({ id: one }), null, aCreditReport({ id: two })]);
    expect(youverify.asked).toEqual([two, one, three]);
  });

  it("asks once for an id in upper and in lower case, and in lower case", async () => {
    const id = "0123456789abcdef01234567";
    const youverify = new YouverifyKnowing({ [id]: aCreditReport({ id }) });

    const reports = await createCreditReportLoader(creditReportsOf(youverify)).loadMany([id.toUpperCase(), id]);

    expect(reports).toMatchObject([{ id }, { id }]);
    expect(youverify.asked).toEqual([id]);
  });

  it("fails only the report whose lookup failed", async () => {
    const failure = new ProviderError({ provider: "YOUVERIFY", kind: "timeout", message: "no answer in time" });
    const loader = createCreditReportLoader(
      creditReportsOf(new YouverifyKnowing({ [one]: aCreditReport({ id: one }), [two]: failure })),
    );

    const [first, second, third] = await loader.loadMany([one, two, three]);

    expect(first).toEqual(aCreditReport({ id: one }));
    expect(second).toBe(failure);
    expect(third).toBeNull();
  });

  it("fails only the report whose lookup throws at once", async () => {
    const findReport = (id: string) => {
      if (id === two) throw new TypeError("thrown at once");
      return Promise.resolve(aCreditReport({ id }));
    };

    const [first, second] = await createCreditReportLoader(creditReportsOf({ findReport })).loadMany([one, two]);

    expect(first).toEqual(aCreditReport({ id: one }));
    expect(second).toEqual(new TypeError("thrown at once"));
  });

  it.each(["", ".", "..", "1".repeat(23), "1".repeat(25), "g".repeat(24), ` ${"1".repeat(24)}`, `${"1".repeat(24)}\n`])(
    "finds no report %j, without a call",
    async (id) => {
      const youverify = new YouverifyKnowing({});

      expect(await createCreditReportLoader(creditReportsOf(youverify)).load(id)).toBeNull();
      expect(youverify.asked).toEqual([]);
    },
  );
});

class YouverifyKnowing {
  readonly asked: string[] = [];

  constructor(private readonly known: Record<string, BusinessCreditReport | Error>) {}

  async findReport(id: string): Promise<BusinessCreditReport | null> {
    this.asked.push(id);
    const found = this.known[id] ?? null;
    if (found instanceof Error) throw found;
    return found;
  }
}
